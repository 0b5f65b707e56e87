package dev.tenon.modelinterface.embedding;

import dev.tenon.internal.JsonObject;
import dev.tenon.modelinterface.Golden;
import dev.tenon.objective.LossFunction;
import dev.tenon.tensor.FieldKind;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.Collections;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What makes the twins worth comparing with; that of in-batch negatives is the test kit's. */
class EmbeddingTwinsTest {
  private static Items items(TensorData rows, int texts) {
    int sequences = (int) rows.shape().dim(0);
    return new Items(
        IntStream.range(0, sequences / texts).mapToObj(String::valueOf).toList(),
        Collections.nCopies(sequences / texts, texts),
        Collections.nCopies(sequences, 1));
  }

  private static LossFunction.Loss run(LossFunction twin, Golden golden, String... roles) {
    TensorData rows = golden.inTurn(roles);
    Items items = items(rows, roles.length);
    NamedArray outputs = NamedArray.builder(items).put("pooled", FieldKind.SEQUENCE, rows).build();
    int sequences = items.sequences();
    NamedArray batch =
        NamedArray.builder(items)
            .put("input_ids", TensorData.ofLongs(new long[sequences], sequences))
            .build();
    return twin.compute(
        outputs,
        golden.inputs().has("target")
            ? batch.with("class_labels", golden.inputs().get("target"))
            : batch);
  }

  @Test
  void cosineSimilarityHasTheGoldenNumbers() {
    Golden golden = Golden.open("cosine_similarity_loss");
    for (JsonObject each : golden.cases()) {
      LossFunction.Loss found = run(EmbeddingTwins.cosineSimilarity(), golden, "u", "v");
      Golden.check(each, found, "pooled", "u", "v");
    }
  }

  @Test
  void cosentHasTheGoldenNumbers() {
    Golden golden = Golden.open("cosent_loss");
    for (JsonObject each : golden.cases()) {
      Map<String, Double> hp = Map.of("scale", each.object("params").number("scale"));
      LossFunction.Loss found = run(EmbeddingTwins.cosent(hp), golden, "u", "v");
      Golden.check(each, found, "pooled", "u", "v");
    }
  }

  @Test
  void tripletHasTheGoldenNumbers() {
    Golden golden = Golden.open("triplet_loss");
    for (JsonObject each : golden.cases()) {
      Map<String, Double> hp = Map.of("margin", each.object("params").number("margin"));
      String[] roles = {"anchor", "positive", "negative"};
      Golden.check(each, run(EmbeddingTwins.triplet(hp), golden, roles), "pooled", roles);
    }
  }
}
