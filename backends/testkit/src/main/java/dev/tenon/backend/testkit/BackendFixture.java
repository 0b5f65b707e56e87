package dev.tenon.backend.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.backend.testkit.objectives.ExampleBatches;
import dev.tenon.backend.testkit.objectives.ExampleObjectives;
import dev.tenon.model.Model;
import dev.tenon.model.ModelBackend;
import dev.tenon.model.TrainEngine;
import dev.tenon.objective.Objective;
import dev.tenon.objective.TextObjective;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Precision;
import dev.tenon.spec.Schedule;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import dev.tenon.tensor.TokenIds;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;

/** What a subclass of {@link ModelBackendContract} tells, and what its tests share. */
abstract class BackendFixture {
  static final TextObjective SFT = ExampleObjectives.sft().text();

  /** A folder of this test. */
  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  Path directory;

  /** Skips a test of what the backend, or this JVM, does not have, whatever tiers are required. */
  static void applies(boolean here) {
    if (!here) {
      Assumptions.abort("does not apply");
    }
  }

  // ---- the backend under test

  /** The backend. */
  protected abstract ModelBackend backend();

  /**
   * A small causal language model that no backend has initialised: 16 or more token ids, 64 or more
   * positions, below a million parameters, the same weights at each call.
   */
  protected abstract Model model();

  /** The model in a directory that an engine or network of {@link #model} wrote. */
  protected abstract Model open(Path directory);

  /**
   * A small model with a value head, if the backend runs one; without it reward objectives wait.
   */
  protected Optional<Model> valueModel() {
    return Optional.empty();
  }

  /** A stored step to agree with; by default that of a tiny Llama. */
  protected Optional<ReferenceStep> reference() {
    return Optional.of(ReferenceStep.llama());
  }

  /**
   * Another backend that runs {@link #model}, to agree with and to move runs to and from, such as
   * {@code PyTorchBackend} for a network of the family programs; by default none.
   */
  protected Optional<ModelBackend> referenceBackend() {
    return Optional.empty();
  }

  // ---- what it can do; what it cannot must fail with UnsupportedFeatureException

  /** Whether {@code initialize} gives a train engine. */
  protected boolean supportsTraining() {
    return true;
  }

  /** Whether sessions can be opened. */
  protected boolean supportsGeneration() {
    return true;
  }

  /** Whether {@code saveState} and {@code loadState} work. */
  protected boolean supportsTrainingState() {
    return supportsTraining();
  }

  /** Whether blocks can keep only their input. */
  protected boolean supportsGradientCheckpointing() {
    return true;
  }

  /** In which formats it trains. */
  protected Set<Precision> trainingPrecisions() {
    return Set.of(Precision.F32);
  }

  /**
   * The largest relative difference that another order of the same f32 sums makes in gradients and
   * logits of {@link #model}.
   */
  protected double rounding() {
    return 2e-5;
  }

  // ---- shared by the tests

  final FinetuneSpec spec() {
    return FinetuneSpec.steps(100).learningRate(1e-2).schedule(Schedule.constant(0));
  }

  final Model training(FinetuneSpec spec) {
    return training(model(), spec);
  }

  final Model training(Model model, FinetuneSpec spec) {
    return new AssertingBackend(backend()).initialize(model, spec);
  }

  final Model inference() {
    return inference(model());
  }

  final Model inference(Model model) {
    return new AssertingBackend(backend()).initializeForInference(model);
  }

  final int vocabSize() {
    return model().network().vocabSize();
  }

  /** Items of one sequence, of 2 to 9 tokens. */
  final NamedArray batch(long seed) {
    return ExampleBatches.random(seed, vocabSize(), 5, 1, 9);
  }

  final NamedArray prompts(TokenIds... prompts) {
    TokenIds all = Arrays.stream(prompts).reduce(TokenIds.of(), TokenIds::concat);
    return NamedArray.builder(
            Items.ofLengths(Arrays.stream(prompts).mapToInt(TokenIds::size).toArray()))
        .put("input_ids", TensorData.ofLongs(all.toArray(), all.size()))
        .build();
  }

  static Map<String, TensorData> parameters(TrainEngine engine) {
    Map<String, TensorData> parameters = new TreeMap<>();
    engine.parameters(parameters::put);
    return parameters;
  }

  static Map<String, TensorData> gradients(
      TrainEngine engine, NamedArray batch, Objective objective) {
    Map<String, TensorData> gradients = new TreeMap<>();
    engine.gradients(batch, objective, gradients::put);
    return gradients;
  }

  static TensorData tensor(Map<String, TensorData> tensors, String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }

  /** Tensors by name that differ by at most {@code tolerance} of the largest number among them. */
  static void assertClose(
      Map<String, TensorData> found, Map<String, TensorData> expected, double tolerance) {
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    double largest =
        expected.values().stream()
            .flatMapToDouble(x -> Arrays.stream(x.toDoubles()))
            .map(Math::abs)
            .max()
            .orElse(0);
    expected.forEach(
        (name, tensor) -> assertClose(name, tensor(found, name), tensor, tolerance * largest));
  }

  /** Two tensors that differ by at most a number. */
  static void assertClose(String name, TensorData found, TensorData expected, double difference) {
    assertThat(found.shape()).as(name).isEqualTo(expected.shape());
    double[] a = found.toDoubles();
    double[] b = expected.toDoubles();
    double most = 0;
    int at = 0;
    for (int i = 0; i < a.length; i++) {
      double apart = a[i] == b[i] ? 0 : Math.abs(a[i] - b[i]);
      if (!(apart <= most)) {
        most = apart;
        at = i;
      }
    }
    assertThat(most)
        .as("largest difference of %s, at element %d", name, at)
        .isLessThanOrEqualTo(difference);
  }
}
