package dev.tenon.backend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.testkit.objectives.ExampleBatches;
import dev.tenon.backend.testkit.objectives.ExampleObjectives;
import dev.tenon.backend.testkit.objectives.TwinnedObjective;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.model.TrainEngine;
import dev.tenon.objective.Objective;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Tests of what objectives can express: the examples, each as text and as its twin. */
abstract class ObjectiveTests extends FrozenParameterTests {
  /** Examples with a model that gives their outputs. */
  private Stream<TwinnedObjective> examples() {
    applies(supportsTraining());
    return ExampleObjectives.all().stream()
        .filter(x -> !wantsScores(x) || valueModel().isPresent());
  }

  private static boolean wantsScores(TwinnedObjective objective) {
    return objective.text().outputs().outputs().contains(Output.SCORES);
  }

  private Model training(TwinnedObjective objective, int microBatchTokens) {
    Model model = wantsScores(objective) ? valueModel().orElseThrow() : model();
    return training(model, spec().microBatchTokens(microBatchTokens));
  }

  private NamedArray pairs(long seed) {
    return ExampleBatches.random(seed, vocabSize(), 4, 2, 7);
  }

  private record Result(Metrics metrics, Map<String, TensorData> gradients) {}

  private static Result run(Model model, NamedArray batch, Objective objective) {
    Map<String, TensorData> gradients = new TreeMap<>();
    return new Result(model.trainEngine().gradients(batch, objective, gradients::put), gradients);
  }

  @TestFactory
  Stream<DynamicTest> theTextAndItsTwinInJavaGiveTheSame() {
    return examples()
        .map(
            objective ->
                DynamicTest.dynamicTest(objective.name(), () -> textEqualsTwin(objective)));
  }

  private void textEqualsTwin(TwinnedObjective objective) {
    try (Model model = training(objective, 10_000)) {
      for (long seed = 1; seed < 4; seed++) {
        Result text = run(model, pairs(seed), objective.text());
        Result twin = run(model, pairs(seed), objective.java());
        assertSame(text.metrics(), twin.metrics());
        assertClose(text.gradients(), twin.gradients(), rounding());
        Metrics evaluated = model.engine().evalBatch(pairs(seed), objective.text());
        assertThat(evaluated.get("loss")).isCloseTo(text.metrics().get("loss"), within(1e-5));
      }
    }
  }

  /** Sums of a few dozen f32 terms: the twin's are in float64. */
  private static void assertSame(Metrics found, Metrics expected) {
    assertThat(found.asMap().keySet()).isEqualTo(expected.asMap().keySet());
    expected
        .asMap()
        .forEach(
            (name, value) ->
                assertThat(found.get(name))
                    .as(name)
                    .isCloseTo(value, within(1e-4 + 1e-4 * Math.abs(value))));
  }

  @TestFactory
  Stream<DynamicTest> microBatchesChangeNoObjective() {
    return examples()
        .map(objective -> DynamicTest.dynamicTest(objective.name(), () -> sameInParts(objective)));
  }

  private void sameInParts(TwinnedObjective objective) {
    NamedArray batch = pairs(5);
    List<Result> results = new ArrayList<>();
    for (int budget : new int[] {10_000, 28, 1}) {
      try (Model model = training(objective, budget)) {
        results.add(run(model, batch, objective.text()));
        results.add(run(model, batch, objective.java()));
      }
    }
    for (Result result : results) {
      assertSame(result.metrics(), results.get(0).metrics());
      assertClose(result.gradients(), results.get(0).gradients(), rounding());
    }
  }

  @Test
  public void aVetoSkipsTheUpdateAndSaysSo() {
    applies(supportsTraining());
    double none = ExampleObjectives.NO_LIMIT;
    TwinnedObjective stops = ExampleObjectives.ppo(0.2, none, -none, none);
    TwinnedObjective goesOn = ExampleObjectives.ppo(0.2, none, none, none);
    NamedArray batch = pairs(6);
    for (Objective objective : List.of(stops.text(), stops.java())) {
      try (Model model = training(spec())) {
        TrainEngine engine = model.trainEngine();
        Map<String, TensorData> before = parameters(engine);
        Metrics metrics = engine.trainBatch(batch, objective);
        assertThat(metrics.get("vetoed")).isEqualTo(1);
        assertThat(metrics.asMap()).containsKeys("loss", "weight", "ratio", "kl", "grad_norm");
        assertThat(parameters(engine)).isEqualTo(before);
        assertThat(engine.trainBatch(batch, goesOn.text()).find("vetoed")).isEmpty();
        assertThat(engine.version()).isEqualTo(1);
      }
    }
  }

  @Test
  public void aVetoSeesTheStatisticsOfTheWholeBatch() {
    applies(supportsTraining());
    double none = ExampleObjectives.NO_LIMIT;
    NamedArray batch = pairs(7);
    TwinnedObjective free = ExampleObjectives.ppo(0.2, none, none, none);
    double mean;
    try (Model model = training(spec())) {
      Metrics metrics = model.engine().evalBatch(batch, free.text());
      mean = metrics.get("kl") / metrics.get("weight");
    }
    for (int budget : new int[] {10_000, 1}) {
      try (Model model = training(spec().microBatchTokens(budget))) {
        TwinnedObjective below = ExampleObjectives.ppo(0.2, none, mean - 1e-3, none);
        TwinnedObjective above = ExampleObjectives.ppo(0.2, none, mean + 1e-3, none);
        assertThat(model.trainEngine().trainBatch(batch, below.text()).find("vetoed")).isPresent();
        assertThat(model.trainEngine().trainBatch(batch, above.text()).find("vetoed")).isEmpty();
      }
    }
  }
}
