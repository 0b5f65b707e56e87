package dev.tenon.backend.sharded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Json;
import dev.tenon.internal.JsonObject;
import dev.tenon.model.Network;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Precision;
import dev.tenon.tensor.Device;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DeepSpeedSettingsTest {
  private static final Network NETWORK = TinyModels.llama().network();
  private static final FinetuneSpec SPEC = FinetuneSpec.steps(3).maxGradNorm(0.5);
  private static final ShardedOptions TWO = ShardedOptions.ranks(2);

  private static Map<String, @Nullable Object> of(ShardedOptions options) {
    return DeepSpeedSettings.of(options, NETWORK, Optional.of(SPEC));
  }

  private static Map<?, ?> zero(ShardedOptions options) {
    return (Map<?, ?>) Objects.requireNonNull(of(options).get("zero_optimization"));
  }

  @Test
  void theSpecBecomesTheConfiguration() {
    assertThat(of(TWO)).containsEntry("gradient_clipping", 0.5);
    assertThat(zero(TWO).get("stage")).isEqualTo(2);
    assertThat(zero(TWO.zeroStage(3).offload(ShardedOptions.Offload.ALL)).keySet())
        .asString()
        .contains("offload_optimizer", "offload_param");
  }

  /** A field that is new and goes nowhere fails here. */
  @Test
  void everyFieldOfTheSpecIsInAFileBesideTheRun() throws IOException {
    Set<String> said =
        Set.of(
            // In the spec as it is written, and so in the run record.
            "totalSteps",
            "learningRate",
            "schedule",
            "optimizer",
            "groups",
            "maxGradNorm",
            "microBatchTokens",
            "precision",
            "seed",
            "gradientCheckpointing",
            "disableDropout",
            "trained",
            "maxSkippedSteps",
            "lossScaler");
    assertThat(Stream.of(FinetuneSpec.class.getRecordComponents()).map(RecordComponent::getName))
        .containsExactlyInAnyOrderElementsOf(said);
    try (WorkDirectory directory = WorkDirectory.create()) {
      Part unused =
          new RankSetup(NETWORK, TWO, Optional.of(SPEC), directory)
              .request(Device.cpu(), Precision.F32, 1 << 20);
      JsonObject setup = Json.readObject(directory.run().resolve("setup.json"));
      assertThat(setup.object("spec").number("clip")).isEqualTo(0.5);
      assertThat(setup.object("spec").objects("groups")).isNotEmpty();
      assertThat(setup.object("finetune_spec").toMap().keySet()).isEqualTo(SPEC.toMap().keySet());
      JsonObject deepspeed = Json.readObject(directory.run().resolve("ds_config.json"));
      assertThat(deepspeed.number("gradient_clipping")).isEqualTo(0.5);
      assertThat(deepspeed.object("zero_optimization").integer("stage")).isEqualTo(2);
    }
  }

  /** DeepSpeed's own default of 5e8 elements takes 2 GB of every rank. */
  @Test
  void bucketsFollowTheModel() {
    assertThat(zero(TWO).get("reduce_bucket_size")).isEqualTo(65536L);
  }

  @Test
  void otherSettingsOfTheApplicationAreTaken() {
    ShardedOptions options =
        TWO.deepspeed(
            Map.of(
                "wall_clock_breakdown",
                true,
                "zero_optimization",
                Map.of("reduce_bucket_size", 1000, "round_robin_gradients", true)));
    assertThat(of(options)).containsEntry("wall_clock_breakdown", true);
    assertThat(zero(options).get("reduce_bucket_size")).isEqualTo(1000);
    assertThat(zero(options).get("round_robin_gradients")).isEqualTo(true);
  }

  @Test
  void aConflictIsRefusedByName() {
    ShardedOptions options =
        TWO.deepspeed(
            Map.of(
                "gradient_clipping",
                1.0,
                "optimizer",
                Map.of("type", "Adam"),
                "zero_optimization",
                Map.of("stage", 3)));
    assertThatThrownBy(() -> of(options))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("deepspeed setting gradient_clipping: 1.0 (expected: 0.5, from")
        .hasMessageContaining("deepspeed setting zero_optimization.stage: 3 (expected: 2, from")
        .hasMessageContaining("deepspeed setting optimizer:");
  }
}
