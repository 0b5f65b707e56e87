package dev.tenon.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InsufficientMemoryException;
import dev.tenon.error.InvalidInputException;
import org.junit.jupiter.api.Test;

class MemoryLimitTest {
  @Test
  void moreThanTheLimitIsRefusedWithWhatToChange() {
    MemoryLimit limit = MemoryLimit.of(1_000_000_000);

    assertThatCode(() -> limit.require("a model", 1_000_000_000, "less"))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> limit.require("a model", 2_500_000_000L, "a smaller one"))
        .isInstanceOf(InsufficientMemoryException.class)
        .hasMessage("memory of a model: 2.50 GB at least (expected: <= 1.00 GB; a smaller one)");
  }

  @Test
  void theMachineHoldsNoPetabyte() {
    assertThatThrownBy(() -> MemoryLimit.machine().require("a model", 1L << 50, "less"))
        .isInstanceOf(InsufficientMemoryException.class)
        .hasMessageContaining("the machine's");
    assertThatCode(() -> MemoryLimit.none().require("a model", 1L << 50, "less"))
        .doesNotThrowAnyException();
  }

  @Test
  void aLimitIsPositive() {
    assertThatThrownBy(() -> MemoryLimit.of(0)).isInstanceOf(InvalidInputException.class);
  }

  @Test
  void aLimitTellsItself() {
    assertThat(MemoryLimit.of(1_500_000_000)).hasToString("MemoryLimit(1.50 GB)");
    assertThat(MemoryLimit.none()).hasToString("MemoryLimit(none)");
    assertThat(MemoryLimit.machine()).hasToString("MemoryLimit(machine)");
  }
}
