package dev.tenon.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InvalidInputException;
import dev.tenon.spec.MemoryPlan.Remedy;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryPlanTest {
  private static final MemoryPlan PLAN =
      new MemoryPlan(
          4_000_000,
          4_000_000,
          8_000_000,
          3_000_000,
          1_000_000,
          5_000_000,
          2_000_000,
          5_500_000,
          500_000,
          List.of(new Remedy("less", 20_000_000), new Remedy("least", 10_000_000)));

  @Test
  void trainingAndGenerationDoNotHappenAtOnce() {
    assertThat(PLAN.trainingBytes()).isEqualTo(26_000_000);
    assertThat(PLAN.generationBytes()).isEqualTo(25_000_000);
    assertThat(PLAN.peakBytes()).isEqualTo(26_000_000);
  }

  @Test
  void remediesBeginWithTheLargestSaving() {
    assertThat(PLAN.remedies()).extracting(Remedy::change).containsExactly("least", "less");
  }

  @Test
  void aPlanReadsAsASentence() {
    assertThat(PLAN)
        .hasToString(
            "MemoryPlan(weights 4.0 MB, gradients 4.0 MB, optimizer 8.0 MB, activations 3.0 MB,"
                + " logits 1.0 MB, view 5.0 MB, cache 2.0 MB, host 5.5 MB, scratch 0.5 MB; training"
                + " 26.0 MB, generation 25.0 MB; with least 10.0 MB; with less 20.0 MB)");
  }

  @Test
  void whatWaitsInMemoryCountsAndWhatLiesInFilesDoesNot() {
    MemoryPlan plan = new MemoryPlan(1, 2, 3, 4, 5, 6, 7, 8, 9, 100, 1_000, 10_000, List.of());

    assertThat(plan.trainingBytes()).isEqualTo(1 + 2 + 3 + 4 + 5 + 8 + 9 + 100);
    assertThat(plan.generationBytes()).isEqualTo(1 + 3 + 6 + 7 + 8 + 9 + 100);
  }

  @Test
  void everyWrongNumberIsReported() {
    assertThatThrownBy(() -> new MemoryPlan(-1, 0, 0, -2, 0, 0, 0, 0, 0, List.of()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("weights: -1")
        .hasMessageContaining("activations: -2");
    assertThatThrownBy(() -> new BatchShape(0, 0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("sequences")
        .hasMessageContaining("tokens");
  }

  @Test
  void oneSequenceAlwaysFitsAMicroBatch() {
    BatchShape shape = new BatchShape(10, 100);
    assertThat(shape.sequencesWithin(99)).isEqualTo(1);
    assertThat(shape.sequencesWithin(350)).isEqualTo(3);
    assertThat(shape.sequencesWithin(100_000)).isEqualTo(10);
  }
}
