package dev.tenon.cli.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.tensor.TensorData;
import dev.tenon.tensor.TokenIds;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every check passes what is exact, lets through what is just inside its tolerance, and fails what
 * is just outside it.
 */
class PlantedErrorsTest {
  private static final List<Check> CHECKS =
      List.of(
          new ForwardCheck(""),
          new ForwardCheck(Computed.INFERENCE),
          new NumbersCheck(),
          new GradientCheck(),
          new AdamWCheck(),
          new GreedyCheck());

  @Test
  void exactNumbersPassEverywhere() {
    Outcome outcome = compare(SmallFolder.computed());

    assertThat(outcome.failures()).isEmpty();
    assertThat(outcome.report().successful()).isTrue();
    assertThat(outcome.text()).endsWith("26 passed, 0 failed" + System.lineSeparator());
  }

  @Test
  void nothingComputedFailsEverythingThatWasExpected() {
    Outcome outcome = compare(new Computed());

    assertThat(outcome.report().successful()).isFalse();
    assertThat(outcome.text()).endsWith("0 passed, 26 failed" + System.lineSeparator());
  }

  @Test
  void nothingComparedIsNoSuccess() {
    Report report = new Report(new PrintWriter(new StringWriter()));
    report.skip("everything", "no code");

    assertThat(report.successful()).isFalse();
  }

  @ParameterizedTest(name = "{0} off by {1}")
  @MethodSource("tensors")
  void tensorJustInsideItsTolerancePassesAndJustOutsideFails(
      String name, double tolerance, String quantity, int element) {
    assertThat(compare(off(name, element, 0.9 * tolerance)).failures()).doesNotContain(quantity);
    assertThat(compare(off(name, element, 1.1 * tolerance)).failures()).contains(quantity);
    assertThat(compare(off(name, element, Double.NaN)).failures()).contains(quantity);
  }

  static Stream<Arguments> tensors() {
    double normOfGradient = Errors.norm(SmallFolder.values(3, 2));
    return Stream.of(
        Arguments.of("logits", 2e-4, "logits", 0),
        Arguments.of("logprobs", 2e-4, "logprobs", 0),
        Arguments.of("last_hidden_state", 1e-4, "last_hidden_state", 0),
        // The largest of 60 values is 30.
        Arguments.of("hidden_states", 2e-5 * 30, "hidden_states", 0),
        Arguments.of("inference.logits", 2e-4, "inference.logits", 5),
        Arguments.of("inference.logprobs", 2e-4, "inference.logprobs", 3),
        Arguments.of("inference.last_hidden_state", 1e-4, "inference.last_hidden_state", 7),
        Arguments.of("inference.hidden_states", 2e-5 * 30, "inference.hidden_states", 7),
        Arguments.of("grad.a", 1e-4 * normOfGradient, "grad.a.rel_l2", 1),
        Arguments.of("grad.a", 1e-4, "grad.a.max_abs", 1),
        Arguments.of("grad.zero", 1e-4, "grad.zero.max_abs", 1),
        Arguments.of("adamw3.a", 5e-5, "adamw3.first_gradient>=1e-3", 2));
  }

  @ParameterizedTest(name = "{0} off by {1}")
  @MethodSource("numbers")
  void numberJustInsideItsTolerancePassesAndJustOutsideFails(
      String name, double tolerance, String quantity, int index) {
    assertThat(compare(offNumber(name, index, 0.9 * tolerance)).failures()).isEmpty();
    assertThat(compare(offNumber(name, index, 1.1 * tolerance)).failures())
        .containsExactly(quantity);
    assertThat(compare(offNumber(name, index, Double.NaN)).failures()).containsExactly(quantity);
  }

  static Stream<Arguments> numbers() {
    return Stream.of(
        Arguments.of("loss", 2e-5, "loss", 0),
        Arguments.of("inference.loss", 2e-5, "inference.loss", 0),
        Arguments.of("grad_norm", 2e-4 * 10, "grad_norm", 0),
        Arguments.of("adamw.losses", 2e-5, "adamw.losses[0]", 0),
        Arguments.of("adamw.losses", 1e-4, "adamw.losses[2]", 2),
        Arguments.of("adamw.grad_norms", 2e-4 * 9, "adamw.grad_norms[1]", 1),
        Arguments.of("adamw.loss_after", 1e-4, "adamw.loss_after", 0));
  }

  @Test
  void elementWithoutClearGradientHasTheWiderTolerance() {
    Computed inside = offWithoutGradient(0.9 * 6.6e-3);
    Computed outside = offWithoutGradient(1.1 * 6.6e-3);

    assertThat(compare(inside, withoutGradient()).failures()).doesNotContain("adamw3.others");
    assertThat(compare(outside, withoutGradient()).failures()).contains("adamw3.others");
  }

  @Test
  void oneElementOfSixOffIsTooLargeAShare() {
    assertThat(compare(off("adamw3.a", 0, 0.9e-5)).failures()).isEmpty();
    assertThat(compare(off("adamw3.a", 0, 1.1e-5)).failures())
        .containsExactly("adamw3.share_off_by_1e-5");
  }

  @Test
  void encodersMayHaveALargerShare() {
    assertThat(Tolerances.adamwShare("llama", "causal")).isEqualTo(1e-3);
    assertThat(Tolerances.adamwShare("gpt2", "causal")).isEqualTo(1e-2);
    assertThat(Tolerances.adamwShare("bert", "mlm")).isEqualTo(1e-2);
  }

  @Test
  void weightsWhoseGradientIsZeroAreNotCompared() {
    Outcome outcome = compare(off("adamw3.zero", 0, 1));

    assertThat(outcome.failures()).isEmpty();
    assertThat(outcome.text())
        .contains("adamw3.zero")
        .contains("skipped: its gradient is zero in exact arithmetic");
  }

  @Test
  void anotherShapeFails() {
    Computed computed = SmallFolder.computed();
    computed.tensor("logits", SmallFolder.values(2, 4, 3));

    Outcome outcome = compare(computed);

    assertThat(outcome.failures()).containsExactly("logits");
    assertThat(outcome.text()).contains("shape: [2, 4, 3] (expected: [2, 3, 4])");
  }

  @Test
  void aGradientThatNobodyExpectsFails() {
    Computed computed = SmallFolder.computed();
    computed.tensor("grad.lm_head.weight", SmallFolder.values(2));

    assertThat(compare(computed).failures()).containsExactly("grad.unexpected_names");
  }

  @Test
  void missingWeightFailsEveryAdamWLine() {
    Computed computed = without("adamw3.a");

    assertThat(compare(computed).failures())
        .containsExactly(
            "adamw3.first_gradient>=1e-3", "adamw3.others", "adamw3.share_off_by_1e-5");
  }

  @Test
  void oneOtherTokenFails() {
    assertThat(compare(withGreedy(TokenIds.of(3, 9, 5))).failures())
        .containsExactly("greedy[0].tokens");
    assertThat(compare(withGreedy(TokenIds.of(3, 4))).failures())
        .containsExactly("greedy[0].tokens");
    assertThat(compare(withGreedy(TokenIds.of(3, 4, 5, 6))).failures())
        .containsExactly("greedy[0].tokens");
  }

  private static Computed off(String name, int element, double error) {
    Computed computed = SmallFolder.computed();
    computed.tensor(name, plus(computed.tensor(name).orElseThrow(), element, error));
    return computed;
  }

  /** In f64, so that the planted error has no rounding. */
  private static TensorData plus(TensorData tensor, int element, double error) {
    double[] values = new double[(int) tensor.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = tensor.getDouble(i) + (i == element ? error : 0);
    }
    return TensorData.ofDoubles(values, tensor.shape().toArray());
  }

  private static Computed offNumber(String name, int index, double error) {
    Computed exact = SmallFolder.computed();
    return copy(
        exact,
        target -> {
          for (int i = 0; i < exact.numbers(name).size(); i++) {
            target.number(name, exact.numbers(name).get(i) + (i == index ? error : 0));
          }
        },
        name,
        "");
  }

  private static Computed without(String tensor) {
    return copy(SmallFolder.computed(), x -> {}, "", tensor);
  }

  private static Computed withGreedy(TokenIds ids) {
    Computed computed = new Computed();
    Computed exact = SmallFolder.computed();
    exact.tensors().forEach(computed::tensor);
    exact.numbers().forEach((name, all) -> all.forEach(x -> computed.number(name, x)));
    computed.greedy(ids);
    return computed;
  }

  private static Computed copy(
      Computed from, Consumer<Computed> first, String exceptNumber, String exceptTensor) {
    Computed target = new Computed();
    first.accept(target);
    from.tensors().entrySet().stream()
        .filter(x -> !x.getKey().equals(exceptTensor))
        .forEach(x -> target.tensor(x.getKey(), x.getValue()));
    from.numbers().entrySet().stream()
        .filter(x -> !x.getKey().equals(exceptNumber))
        .forEach(x -> x.getValue().forEach(y -> target.number(x.getKey(), y)));
    from.greedy().forEach(target::greedy);
    return target;
  }

  /** The expectation with gradients below 1e-3. */
  private static OracleFolder withoutGradient() {
    OracleFolder folder = SmallFolder.expected();
    return new OracleFolder(
        folder.directory(),
        folder.modelType(),
        folder.numbers(),
        folder.tensors().with("grad.a", TensorData.ofFloats(new float[6], 3, 2)),
        folder.tokenizerCases());
  }

  private static Computed offWithoutGradient(double error) {
    Computed computed = off("adamw3.a", 0, error);
    computed.tensor("grad.a", TensorData.ofFloats(new float[6], 3, 2));
    return computed;
  }

  private static Outcome compare(Computed computed) {
    return compare(computed, SmallFolder.expected());
  }

  private static Outcome compare(Computed computed, OracleFolder expected) {
    StringWriter text = new StringWriter();
    Report report = new Report(new PrintWriter(text));
    report.folder(expected.name());
    CHECKS.forEach(check -> check.run(expected, computed, report));
    report.close();
    return new Outcome(report, text.toString());
  }

  private record Outcome(Report report, String text) {
    /** The quantities that failed, in order. */
    List<String> failures() {
      return text.lines()
          .filter(x -> x.contains(" FAILED"))
          .map(x -> x.trim().split("\\s+")[1])
          .toList();
    }
  }
}
