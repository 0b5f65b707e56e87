package dev.tenon.backend.sharded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Precision;
import java.nio.file.Path;
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
  void halfPrecisionIsRefusedOnTheCpu() {
    assertThatThrownBy(
            () ->
                new ShardedBackend(TWO)
                    .initialize(TinyModels.llama(), FinetuneSpec.steps(1).precision(Precision.F16)))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessage("precision of backend sharded: F16 (expected: F32 or BF16)");
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
    assertThatThrownBy(() -> TWO.nodes(new Nodes(3, 0, "first", 4000, "eth0")))
        .hasMessageContaining("world size: 2 (expected: a multiple of 3 nodes)");
    assertThatThrownBy(() -> new Nodes(2, 2, " ", 70000, ""))
        .hasMessageContaining("node rank: 2 (expected: 0 to 1)")
        .hasMessageContaining("rendezvous host:   (expected: a name or an address)")
        .hasMessageContaining("rendezvous port: 70000")
        .hasMessageContaining("network interface:");
    assertThatThrownBy(() -> Nodes.of(2, 0, "4000", "eth0"))
        .hasMessageContaining("rendezvous: 4000 (expected: host:port)");
    assertThatThrownBy(() -> TWO.nvme(Path.of("disk")).cpuAdam(true))
        .hasMessageContaining("nvme directory: disk (expected: none without offload");
    assertThatThrownBy(() -> TWO.cpuAdam(true))
        .hasMessageContaining("cpu adam: true (expected: false without offload)");
    assertThatThrownBy(() -> TWO.silence(Duration.ZERO)).hasMessageContaining("deadline: PT0S");
  }
}
