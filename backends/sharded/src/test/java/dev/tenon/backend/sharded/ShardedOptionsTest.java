package dev.tenon.backend.sharded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InvalidInputException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ShardedOptionsTest {
  private static final ShardedOptions TWO = ShardedOptions.ranks(2);

  @Test
  void deepSpeedAtStageTwoIsTheDefault() {
    assertThat(TWO.engine()).isEqualTo(ShardingEngine.DEEPSPEED);
    assertThat(TWO.zeroStage()).isEqualTo(2);
    assertThat(TWO.worldSize()).isEqualTo(2);
  }

  @Test
  void contradictionsAreRefusedWhereTheyAreMade() {
    assertThatThrownBy(() -> ShardedOptions.ranks(0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("world size: 0 (expected: > 0)");
    assertThatThrownBy(() -> TWO.zeroStage(4)).hasMessageContaining("zero stage: 4");
    assertThatThrownBy(() -> TWO.offload(ShardedOptions.Offload.ALL))
        .hasMessageContaining("zero stage: 2 (expected: 3, to offload weights)");
    assertThatThrownBy(() -> TWO.deepspeed(Map.of("a", 1)).engine(ShardingEngine.FSDP2))
        .hasMessageContaining("engine: FSDP2");
    assertThatThrownBy(() -> TWO.silence(Duration.ZERO)).hasMessageContaining("deadline: PT0S");
  }
}
