package dev.tenon.backend.sharded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.error.InvalidInputException;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.model.TrainEngine;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two hosts, here two engines of one JVM whose ranks meet by a port. */
@Tag("python")
class TwoNodesTest {
  private static final FinetuneSpec SPEC = FinetuneSpec.steps(50).learningRate(1e-3);

  /** Sums of f32 in another order. */
  private static final double ERROR = 1e-5;

  @TempDir private Path directory;

  @Test
  void bothTrainTogetherAndTheFirstWrites() throws Exception {
    ShardedOptions options = ShardedOptions.ranks(2).threads(1).zeroStage(2);
    int port = freePort();
    ExecutorService hosts = Executors.newFixedThreadPool(2);
    try {
      List<Model> models =
          onBoth(
              hosts,
              host ->
                  new ShardedBackend(options.nodes(Nodes.of(2, host, "127.0.0.1:" + port, "lo")))
                      .initialize(TinyModels.llama(), SPEC));
      try {
        train(hosts, models);
      } finally {
        onBoth(
            hosts,
            host -> {
              models.get(host).close();
              return host;
            });
      }
    } finally {
      hosts.shutdownNow();
    }
  }

  private void train(ExecutorService hosts, List<Model> models) throws Exception {
    NamedArray batch = TinyModels.batch(1, 9, 5, 12, 7);
    try (Model reference = new PyTorchBackend().initialize(TinyModels.llama(), SPEC)) {
      for (int step = 0; step < 3; step++) {
        double expected = reference.trainEngine().trainBatch(batch, TinyModels.SFT).get("loss");
        List<Metrics> found =
            onBoth(hosts, host -> engine(models, host).trainBatch(batch, TinyModels.SFT));
        assertThat(found.get(0).get("loss")).isCloseTo(expected, within(ERROR));
        assertThat(found.get(1)).isEqualTo(found.get(0));
      }
      List<NamedArray> logits =
          onBoth(hosts, host -> engine(models, host).forward(batch, Output.LOGITS));
      assertThat(logits.get(1).get("logits")).isEqualTo(logits.get(0).get("logits"));
      onBoth(hosts, host -> save(models, host));
      assertThat(directory.resolve("model-0")).isNotEmptyDirectory();
      assertThat(directory.resolve("model-1")).doesNotExist();
      assertThat(directory.resolve("state-0/state.json")).exists();
      assertThat(directory.resolve("state-1")).isEmptyDirectory();
      List<Map<String, TensorData>> weights = onBoth(hosts, host -> weights(models, host));
      assertThat(weights.get(1)).isEqualTo(weights.get(0));
    }
    assertThatThrownBy(
            () ->
                onBoth(
                    hosts,
                    host ->
                        engine(models, host)
                            .trainBatch(TinyModels.batch(host, 9, 5), TinyModels.SFT)))
        .hasRootCauseInstanceOf(InvalidInputException.class)
        .hasMessageContaining("other batch or objective (expected: that of rank");
  }

  private static TrainEngine engine(List<Model> models, int host) {
    return models.get(host).trainEngine();
  }

  private int save(List<Model> models, int host) {
    engine(models, host).save(directory.resolve("model-" + host));
    try {
      engine(models, host).saveState(Files.createDirectory(directory.resolve("state-" + host)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return host;
  }

  private static Map<String, TensorData> weights(List<Model> models, int host) {
    Map<String, TensorData> weights = new TreeMap<>();
    engine(models, host).parameters(weights::put);
    return weights;
  }

  private static <T> List<T> onBoth(ExecutorService hosts, IntFunction<T> work)
      throws InterruptedException, ExecutionException {
    List<Future<T>> futures = new ArrayList<>();
    for (int host = 0; host < 2; host++) {
      int number = host;
      futures.add(hosts.submit(() -> work.apply(number)));
    }
    List<T> results = new ArrayList<>();
    for (Future<T> future : futures) {
      results.add(Objects.requireNonNull(future.get()));
    }
    return results;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
