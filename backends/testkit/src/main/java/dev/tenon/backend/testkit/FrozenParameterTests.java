package dev.tenon.backend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.ParameterGroup;
import dev.tenon.spec.TrainedParameters;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Tests of runs that train some parameters only. */
abstract class FrozenParameterTests extends TrainingTests {
  private FinetuneSpec frozen(String name) {
    return spec().trained(TrainedParameters.allBut(Pattern.quote(name)));
  }

  @Test
  public void aFrozenParameterHasNoGradientAndNoShareInTheNorm() {
    applies(supportsTraining());
    String name = model().network().parameters().get(1).name();
    NamedArray batch = batch(33);
    Map<String, TensorData> expected;
    try (Model model = training(spec())) {
      expected = gradients(model.trainEngine(), batch, SFT);
    }
    expected.remove(name);
    try (Model model = training(frozen(name))) {
      Map<String, TensorData> found = new TreeMap<>();
      Metrics metrics = model.trainEngine().gradients(batch, SFT, found::put);
      assertThat(found).containsOnlyKeys(expected.keySet());
      assertClose(found, expected, rounding());
      double squares =
          expected.values().stream()
              .flatMapToDouble(x -> Arrays.stream(x.toDoubles()))
              .map(x -> x * x)
              .sum();
      double norm = Math.sqrt(squares);
      assertThat(metrics.get("grad_norm")).isCloseTo(norm, within(1e-3 * norm));
    }
  }

  @Test
  public void aFrozenParameterStaysAsItIsAndIsSaved() {
    applies(supportsTraining());
    String name = model().network().parameters().get(1).name();
    Path saved = directory.resolve("frozen");
    FinetuneSpec spec = frozen(name).learningRate(1e-2);
    try (Model model = training(spec.groups(List.of(new ParameterGroup(".", 1e-2, 0.5))))) {
      Map<String, TensorData> before = parameters(model.trainEngine());
      model.trainEngine().trainBatch(batch(34), SFT);
      Map<String, TensorData> after = parameters(model.trainEngine());
      before.forEach(
          (key, x) -> assertThat(x.equals(tensor(after, key))).isEqualTo(key.equals(name)));
      model.engine().save(saved);
      assertThat(open(saved).network().weights().read(name)).isEqualTo(before.get(name));
    }
  }

  @Test
  public void aRunWithAFrozenParameterGoesOnFromItsState() throws IOException {
    applies(supportsTrainingState());
    Path state = Files.createDirectory(directory.resolve("partial"));
    String name = model().network().parameters().get(1).name();
    Map<String, TensorData> straight;
    try (Model model = training(frozen(name))) {
      model.trainEngine().trainBatch(batch(35), SFT);
      model.trainEngine().saveState(state);
      model.trainEngine().trainBatch(batch(36), SFT);
      straight = parameters(model.trainEngine());
    }
    try (Model model = training(frozen(name))) {
      model.trainEngine().loadState(state);
      model.trainEngine().trainBatch(batch(36), SFT);
      assertThat(parameters(model.trainEngine())).isEqualTo(straight);
    }
    try (Model model = training(spec())) {
      assertThatThrownBy(() -> model.trainEngine().loadState(state))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("exp_avg." + name + ": missing");
    }
  }

  @Test
  public void patternsThatFitNoParameterAreRefused() {
    applies(supportsTraining());
    FinetuneSpec spec = spec().trained(TrainedParameters.only("no such parameter"));
    assertThatThrownBy(() -> backend().initialize(model(), spec))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("no such parameter");
  }
}
