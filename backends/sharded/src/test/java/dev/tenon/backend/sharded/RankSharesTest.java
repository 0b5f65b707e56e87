package dev.tenon.backend.sharded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.model.Network;
import dev.tenon.nn.internal.pass.DropoutSeeds;
import dev.tenon.nn.internal.pass.OutputPlan;
import dev.tenon.tensor.NamedArray;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class RankSharesTest {
  private static final Network NETWORK = TinyModels.llama().network();

  private static List<Part> requests(NamedArray batch, int ranks, int tokens) {
    OutputPlan plan = OutputPlan.of(NETWORK, TinyModels.SFT.outputs());
    return new RankShares(batch, ranks, tokens, plan, true, DropoutSeeds.OFF)
        .requests(part -> Map.of());
  }

  private static List<Boolean> dummies(Part request) {
    List<?> heads = (List<?>) Objects.requireNonNull(request.head().get("micro_batches"));
    return heads.stream().map(x -> (Boolean) ((Map<?, ?>) x).get("dummy")).toList();
  }

  @Test
  void everyRankRunsAsManyPasses() {
    List<Part> requests = requests(TinyModels.batch(1, 9, 5, 12, 7, 8), 2, 12);
    assertThat(requests).hasSize(2);
    assertThat(dummies(requests.get(0))).hasSameSizeAs(dummies(requests.get(1)));
    long real = requests.stream().flatMap(x -> dummies(x).stream()).filter(x -> !x).count();
    assertThat(real).isEqualTo(5);
  }

  @Test
  void aRankWithoutItemsRunsACopyThatCountsForNothing() {
    List<Part> requests = requests(TinyModels.batch(1, 9), 3, 4096);
    assertThat(requests.stream().map(RankSharesTest::dummies))
        .containsExactly(List.of(false), List.of(true), List.of(true));
    assertThat(requests.get(2).tensors()).containsKey("0.b.input_ids");
  }
}
