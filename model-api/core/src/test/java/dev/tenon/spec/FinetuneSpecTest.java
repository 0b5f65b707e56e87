package dev.tenon.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InvalidInputException;
import org.junit.jupiter.api.Test;

class FinetuneSpecTest {
  @Test
  void defaultsAreThoseOfTrlButForF32() {
    assertThat(FinetuneSpec.steps(10))
        .hasToString(
            "FinetuneSpec[totalSteps=OptionalLong[10], learningRate=2.0E-5,"
                + " schedule=Schedule[kind=LINEAR, warmupSteps=0, minLrRatio=0.0],"
                + " optimizer=AdamW[beta1=0.9, beta2=0.999, eps=1.0E-8, weightDecay=0.0],"
                + " groups=[], maxGradNorm=1.0, microBatchTokens=4096, precision=F32, seed=42,"
                + " gradientCheckpointing=false, disableDropout=false,"
                + " trained=TrainedParameters[only=[], frozen=[]], maxSkippedSteps=10,"
                + " lossScaler=DynamicLossScaler[initialScale=65536.0, window=1000, factor=2.0,"
                + " hysteresis=2, minScale=1.0, consecutiveHysteresis=false]]");
  }

  @Test
  void epochsCountTheirSteps() {
    assertThat(FinetuneSpec.epochs(3, 7).totalSteps()).hasValue(21);
    assertThatThrownBy(() -> FinetuneSpec.epochs(Long.MAX_VALUE, 2))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void wrongNumbersAreRefusedByTheirHuggingFaceNames() {
    assertThatThrownBy(() -> FinetuneSpec.steps(0)).hasMessage("max_steps: 0 (expected: > 0)");
    assertThatThrownBy(() -> FinetuneSpec.steps(1).learningRate(Double.NaN))
        .hasMessage("learning_rate: NaN (expected: >= 0)");
    assertThatThrownBy(() -> FinetuneSpec.steps(1).precision(Precision.INT8))
        .hasMessage("training precision: INT8 (expected: F32, BF16 or F16)");
    assertThatThrownBy(() -> new AdamW(1, -1, 0, 0))
        .hasMessage(
            "adam_beta1: 1.0 (expected: in [0, 1)); adam_beta2: -1.0 (expected: in [0, 1));"
                + " adam_epsilon: 0.0 (expected: in (0, 1))");
    assertThatThrownBy(() -> new ParameterGroup("(", 0, 0))
        .hasMessageContaining("parameter group: (");
  }

  @Test
  void onlyF16RecordsItsLossScaler() {
    DynamicLossScaler scaler = DynamicLossScaler.defaults().initialScale(512);
    FinetuneSpec spec = FinetuneSpec.steps(1).lossScaler(scaler);
    assertThat(spec.toMap()).doesNotContainKey("loss_scaler");
    assertThat(spec.precision(Precision.F16).toMap().get("loss_scaler"))
        .hasToString(
            "{initial_scale=512.0, loss_scale_window=1000, scale_factor=2.0, hysteresis=2,"
                + " min_loss_scale=1.0, consecutive_hysteresis=false}");
  }

  @Test
  void aDecayingScheduleNeedsATotal() {
    FinetuneSpec open = FinetuneSpec.openEnded();
    assertThat(open.scheduleFactor(1_000_000)).isEqualTo(1);
    assertThatThrownBy(() -> open.schedule(Schedule.linear(0)).scheduleFactor(0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("max_steps: none");
  }

  @Test
  void aScheduleStaysAtItsEndAfterTheTotal() {
    assertThat(Schedule.linear(2).factor(30, 20)).isZero();
    assertThat(Schedule.cosine(0).withMinLrRatio(0.1).factor(99, 20)).isEqualTo(0.1);
  }
}
