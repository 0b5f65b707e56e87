package dev.tenon.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InvalidInputException;
import org.junit.jupiter.api.Test;

class InferenceSpecTest {
  @Test
  void theDefaultsFollowTheWeights() {
    assertThat(InferenceSpec.defaults())
        .isEqualTo(InferenceSpec.of(Arguments.none()))
        .hasToString("InferenceSpec[precision=Optional.empty, threads=0]");
  }

  @Test
  void argumentsNamePrecisionAndThreads() {
    assertThat(InferenceSpec.of(Arguments.of("precision", "int8").with("threads", 2)))
        .isEqualTo(InferenceSpec.defaults().precision(Precision.INT8).threads(2));
    assertThatThrownBy(() -> InferenceSpec.of(Arguments.of("precision", "int7")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("precision: int7 (expected: one of [f32, bf16, f16, int8, int4])");
    assertThatThrownBy(() -> InferenceSpec.of(Arguments.of("dtype", "int8")))
        .hasMessageContaining("did you mean precision?");
  }

  @Test
  void aNegativeNumberOfThreadsIsRefused() {
    assertThatThrownBy(() -> InferenceSpec.defaults().threads(-1))
        .hasMessage("threads: -1 (expected: >= 0)");
  }
}
