package dev.tenon.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InvalidInputException;
import org.junit.jupiter.api.Test;

/** What the oracle's cases do not reach; those are in the command-line program's tests. */
class DynamicLossScalerTest {
  @Test
  void theScaleStaysBetweenItsSmallestAndTheLargestDouble() {
    DynamicLossScaler scaler = new DynamicLossScaler(3, 1, 2, 1, 1, false);
    assertThat(scaler.next(new DynamicLossScaler.State(1.5, 4, 3, 1), true).scale()).isEqualTo(1);
    DynamicLossScaler.State last = new DynamicLossScaler.State(Double.MAX_VALUE, 4, 3, 1);
    assertThat(scaler.next(last, false).scale()).isEqualTo(Double.MAX_VALUE);
  }

  @Test
  void everyWrongNumberIsReportedByDeepSpeedsName() {
    assertThatThrownBy(() -> new DynamicLossScaler(0, 0, 1, 0, 2, false))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "initial_scale: 0.0 (expected: > 0); loss_scale_window: 0 (expected: > 0);"
                + " scale_factor: 1.0 (expected: > 1); hysteresis: 0 (expected: > 0);"
                + " min_loss_scale: 2.0 (expected: > 0 and at most the initial scale)");
    assertThatThrownBy(() -> new DynamicLossScaler.State(Double.NaN, -1, 5, 0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("scaler.scale: NaN")
        .hasMessageContaining("scaler.iteration: -1")
        .hasMessageContaining("scaler.last_overflow: 5")
        .hasMessageContaining("scaler.hysteresis: 0");
  }
}
