package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.cli.conformance.Resources;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.modelinterface.ModelInterface;
import dev.tenon.modelinterface.ModelWorker;
import dev.tenon.modelinterface.generation.GenerationInterface;
import dev.tenon.modelinterface.sft.SftInterface;
import dev.tenon.nn.HfModels;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A worker in front of libtorch. */
@Timeout(120)
class ModelWorkerOnEngineTest {
  private static final int CLIENTS = 16;

  /** What an application that trains and serves one model wants: two algorithms in one. */
  private static final class TrainAndServe implements ModelInterface {
    private final SftInterface sft = new SftInterface();
    private final GenerationInterface generation =
        new GenerationInterface(GenerationOptions.greedy(8).ignoringEos());

    @Override
    public NamedArray inference(Model model, NamedArray batch) {
      return sft.inference(model, batch);
    }

    @Override
    public NamedArray generate(Model model, NamedArray prompts) {
      return generation.generate(model, prompts);
    }

    @Override
    public Metrics trainStep(Model model, NamedArray batch) {
      return sft.trainStep(model, batch);
    }
  }

  @Test
  void sixteenClientsGetWhatEachWouldGetAlone() throws Exception {
    TrainAndServe algorithm = new TrainAndServe();
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    try (Model model = model()) {
      List<NamedArray> alone = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        alone.add(algorithm.generate(model, batch(i)));
        alone.add(algorithm.inference(model, batch(i)));
      }
      try (ModelWorker worker = new ModelWorker(model, algorithm)) {
        List<Future<NamedArray>> together = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
          NamedArray mine = batch(i);
          together.add(clients.submit(() -> worker.generate(mine).get()));
          together.add(clients.submit(() -> worker.inference(mine).get()));
        }
        for (int i = 0; i < together.size(); i++) {
          assertThat(together.get(i).get()).isEqualTo(alone.get(i));
        }
      }
    } finally {
      clients.shutdown();
    }
  }

  @Test
  void sixteenClientsTrainOneModelStepByStep() throws Exception {
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    try (Model model = model();
        ModelWorker worker = new ModelWorker(model, new TrainAndServe())) {
      CountDownLatch start = new CountDownLatch(1);
      List<Future<Metrics>> steps = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        NamedArray mine = batch(i);
        steps.add(
            clients.submit(
                () -> {
                  start.await();
                  worker.trainStep(mine).get();
                  return worker.trainStep(mine).get();
                }));
      }
      start.countDown();
      for (Future<Metrics> step : steps) {
        assertThat(step.get().get("loss")).isFinite().isPositive();
      }
      assertThat(model.trainEngine().version()).isEqualTo(2 * CLIENTS);
    } finally {
      clients.shutdown();
    }
  }

  @Test
  void aCancelledGenerationLeavesTheEngineReady() {
    try (Model model = model();
        ModelWorker worker =
            new ModelWorker(
                model, new GenerationInterface(GenerationOptions.greedy(100).ignoringEos()))) {
      CompletableFuture<NamedArray> dropped = worker.generate(batch(0));
      dropped.cancel(true);
      NamedArray whole = worker.generate(batch(1)).join();
      assertThat(whole.get("finish_reason").toLongs()).containsExactly(1);
      assertThat(whole.items().lengths()).containsExactly(5 + 100);
    }
  }

  private static Model model() {
    Arguments path = Arguments.of("path", Resources.directory("families/llama"));
    Model base = HfModels.registry().create("hf", "shared", Device.cpu(), path);
    return new PyTorchBackend().initialize(base, FinetuneSpec.steps(100).learningRate(1e-3));
  }

  private static NamedArray batch(int client) {
    long[] ids = {1, 2 + client, 7, 3 + client, 11};
    return NamedArray.builder(Items.of(List.of("client " + client), List.of(ids.length)))
        .put("input_ids", TensorData.ofLongs(ids, ids.length))
        .build();
  }
}
