package dev.tenon.modelinterface.classification;

import dev.tenon.internal.JsonObject;
import dev.tenon.modelinterface.Golden;
import dev.tenon.objective.LossFunction;
import dev.tenon.tensor.FieldKind;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What makes the twins worth comparing with. */
class ClassificationTwinsTest {
  @Test
  void crossEntropyHasTheGoldenNumbers() {
    Golden golden = Golden.open("cross_entropy");
    int rows = (int) golden.inputs().get("labels").size();
    Items items = Items.ofLengths(ones(rows));
    NamedArray batch =
        NamedArray.builder(items)
            .put("input_ids", TensorData.ofLongs(new long[rows], rows))
            .put("class_labels", golden.inputs().get("labels"))
            .build();
    NamedArray outputs =
        NamedArray.builder(items)
            .put("class_logits", FieldKind.SEQUENCE, golden.inputs().get("logits"))
            .build();
    double[] weights = golden.inputs().get("weights").toDoubles();
    for (JsonObject each : golden.cases()) {
      Map<String, Double> hp = new HashMap<>();
      hp.put("label_smoothing", each.object("params").number("smoothing"));
      for (int c = 0; each.object("params").bool("weighted") && c < weights.length; c++) {
        hp.put("class_weight_" + c, weights[c]);
      }
      LossFunction.Loss found = ClassificationTwins.singleLabel(hp).compute(outputs, batch);
      Golden.check(each, found, "class_logits", "logits");
    }
  }

  private static int[] ones(int count) {
    int[] ones = new int[count];
    Arrays.fill(ones, 1);
    return ones;
  }
}
