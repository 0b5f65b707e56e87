package dev.tenon.backend.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.backend.testkit.LeakExtension;
import dev.tenon.checkpoint.SafetensorsFile;
import dev.tenon.error.CheckpointException;
import dev.tenon.error.EngineClosedException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.TrainingDivergedException;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.generation.GenerationSession;
import dev.tenon.generation.SessionLimits;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.nn.HfModels;
import dev.tenon.spec.AdamW;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.ParameterGroup;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingStateOnEngineTest {
  @RegisterExtension static final LeakExtension LEAKS = NativeLeaks.extension();

  private static final int[] LENGTHS = {9, 4, 7, 1, 12, 5};

  /** Three micro-batches a step, clipping, decay, and a group of its own. */
  private static final FinetuneSpec SPEC =
      FinetuneSpec.steps(8)
          .learningRate(1e-2)
          .optimizer(new AdamW(0.9, 0.99, 1e-8, 0.1))
          .groups(List.of(new ParameterGroup("self_attn", 2e-2, 0)))
          .maxGradNorm(0.5)
          .microBatchTokens(18);

  @TempDir private Path directory;

  private static Model open(boolean tied, FinetuneSpec spec) {
    return new PyTorchBackend().initialize(TinyLlama.create(tied), spec);
  }

  private static List<Metrics> train(Model model, int from, int to) {
    List<Metrics> metrics = new ArrayList<>();
    for (int i = from; i < to; i++) {
      NamedArray batch = TinyLlama.batch(i, LENGTHS);
      metrics.add(model.trainEngine().trainBatch(batch, TinyLlama.crossEntropy()));
    }
    return metrics;
  }

  private Path save(Model model, String name) throws IOException {
    Path state = Files.createDirectory(directory.resolve(name));
    model.trainEngine().saveState(state);
    return state;
  }

  private static void assertSameFiles(Path found, Path expected) {
    for (String file :
        List.of(
            "model/model.safetensors",
            "model/config.json",
            "optimizer.safetensors",
            "state.json")) {
      assertThat(found.resolve(file)).hasSameBinaryContentAs(expected.resolve(file));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void eightStepsAreThreeAndAfterAResumeFive(boolean tied) throws IOException {
    Path straight;
    List<Metrics> all;
    Path third;
    try (Model model = open(tied, SPEC)) {
      all = train(model, 0, 3);
      third = save(model, "third");
      all.addAll(train(model, 3, 8));
      straight = save(model, "straight");
    }
    try (Model model = open(tied, SPEC)) {
      model.trainEngine().loadState(third);
      assertThat(model.trainEngine().version()).isEqualTo(3);
      assertSameFiles(save(model, "again"), third);
      assertThat(train(model, 3, 8)).isEqualTo(all.subList(3, 8));
      assertSameFiles(save(model, "resumed"), straight);
    }
  }

  @Test
  void goingBackForgetsWhatCameAfter() throws IOException {
    try (Model model = open(true, SPEC)) {
      List<Metrics> first = train(model, 0, 4);
      Path fourth = save(model, "fourth");
      List<Metrics> after = train(model, 4, 8);
      model.trainEngine().loadState(fourth);
      assertThat(train(model, 4, 8)).isEqualTo(after);
      assertThat(first).hasSize(4);
    }
  }

  @Test
  void aFreshEngineHasAState() throws IOException {
    Path start;
    List<Metrics> metrics;
    try (Model model = open(false, SPEC)) {
      start = save(model, "start");
      metrics = train(model, 0, 2);
    }
    try (Model model = open(false, SPEC)) {
      train(model, 5, 7);
      model.trainEngine().loadState(start);
      assertThat(train(model, 0, 2)).isEqualTo(metrics);
    }
  }

  @Test
  void theModelOfAStateOpensAsACheckpoint() throws IOException {
    try (Model model = open(true, SPEC)) {
      train(model, 0, 2);
      Path state = save(model, "state");
      Arguments path = Arguments.of("path", state.resolve("model"));
      try (Model again =
          new PyTorchBackend()
              .initialize(HfModels.registry().create("hf", "again", Device.cpu(), path), SPEC)) {
        assertThat(parameters(again)).isEqualTo(parameters(model));
      }
      assertThat(SafetensorsFile.open(state.resolve("optimizer.safetensors")).names())
          .hasSize(2 * model.network().parameters().size())
          .contains("exp_avg.model.norm.weight", "exp_avg_sq.model.embed_tokens.weight")
          .doesNotContain("exp_avg.lm_head.weight");
    }
  }

  private static Map<String, TensorData> parameters(Model model) {
    Map<String, TensorData> parameters = new TreeMap<>();
    model.trainEngine().parameters(parameters::put);
    return parameters;
  }

  @Test
  void generatesFromTheLoadedWeights() throws IOException {
    NamedArray prompt = TinyLlama.batch(11, 5).without("loss_mask", "output_mask");
    GenerationOptions options = GenerationOptions.greedy(7).ignoringEos();
    try (Model model = open(true, SPEC.learningRate(5e-2))) {
      Path start = save(model, "start");
      NamedArray before = model.engine().generate(prompt, options);
      train(model, 0, 8);
      assertThat(model.engine().generate(prompt, options)).isNotEqualTo(before);
      model.trainEngine().loadState(start);
      assertThat(model.engine().generate(prompt, options)).isEqualTo(before);
    }
  }

  @Test
  void aStateThatDoesNotFitChangesNothing() throws IOException {
    Path tied;
    try (Model model = open(true, SPEC)) {
      train(model, 0, 2);
      tied = save(model, "tied");
    }
    try (Model model = open(false, SPEC)) {
      train(model, 0, 3);
      Path before = save(model, "before");
      assertThatThrownBy(() -> model.trainEngine().loadState(tied))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("model tensor lm_head.weight: missing")
          .hasMessageContaining("optimizer tensor exp_avg_sq.lm_head.weight: missing");
      cut(tied.resolve("optimizer.safetensors"));
      assertThatThrownBy(() -> model.trainEngine().loadState(tied))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("model tensor lm_head.weight: missing")
          .hasMessageContaining("optimizer.safetensors");
      assertThatThrownBy(() -> model.trainEngine().loadState(directory.resolve("missing")))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("state.json: missing");
      assertSameFiles(save(model, "after"), before);
    }
  }

  private static void cut(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 4));
  }

  @Test
  void loadingWaitsForNoSessionAndNoClosedEngine() throws IOException {
    Path state;
    Model model = open(true, SPEC);
    try (model) {
      state = save(model, "state");
      try (GenerationSession session = model.engine().openSession(new SessionLimits(1, 10))) {
        assertThatThrownBy(() -> model.trainEngine().loadState(state))
            .isInstanceOf(InvalidInputException.class)
            .hasMessage("open sessions: 1 (expected: none while weights change)");
        save(model, "beside a session");
        assertThat(session.live()).isZero();
      }
      assertThatThrownBy(() -> model.trainEngine().saveState(state))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("(expected: an empty directory)");
    }
    assertThatThrownBy(() -> model.trainEngine().loadState(state))
        .isInstanceOf(EngineClosedException.class);
    assertThatThrownBy(() -> model.trainEngine().saveState(state))
        .isInstanceOf(EngineClosedException.class);
  }

  @Test
  void tooManySkippedStepsInARowEndTheRunAlsoAcrossAResume() throws IOException {
    FinetuneSpec spec = SPEC.maxSkippedSteps(2);
    NamedArray batch = TinyLlama.batch(3, LENGTHS);
    Path state;
    try (Model model = open(true, spec)) {
      skip(model, batch);
      skip(model, batch);
      train(model, 0, 1); // a good step: the count starts again
      skip(model, batch);
      skip(model, batch);
      state = save(model, "state");
      assertThatThrownBy(() -> skip(model, batch))
          .isInstanceOf(TrainingDivergedException.class)
          .hasMessage(
              "skipped steps in a row: 3 (expected: at most 2 with a non-finite loss or gradient)");
      assertThat(model.trainEngine().version()).isEqualTo(1);
    }
    try (Model model = open(true, spec)) {
      model.trainEngine().loadState(state);
      assertThatThrownBy(() -> skip(model, batch)).isInstanceOf(TrainingDivergedException.class);
    }
  }

  private static void skip(Model model, NamedArray batch) {
    assertThat(model.trainEngine().trainBatch(batch, TinyLlama.notFinite()).get("skipped")).isOne();
  }
}
