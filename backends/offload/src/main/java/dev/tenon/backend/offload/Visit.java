package dev.tenon.backend.offload;

import dev.tenon.model.Parameter;
import dev.tenon.model.Parameter.Stage;
import java.util.ArrayList;
import java.util.List;

/**
 * A stage in the order of a pass.
 *
 * @param layer of a block; else 0
 * @param back whether gradients of the stage are computed
 */
record Visit(Stage stage, int layer, boolean back) {
  /** Embedding, blocks, head. */
  static List<Visit> forward(int layers) {
    List<Visit> visits = new ArrayList<>(body(layers));
    visits.add(new Visit(Stage.HEAD, 0, false));
    return visits;
  }

  /** Embedding, blocks, head, and back to the embedding. */
  static List<Visit> training(int layers) {
    List<Visit> visits = new ArrayList<>(body(layers));
    visits.add(new Visit(Stage.HEAD, 0, true));
    for (int layer = layers - 1; layer >= 0; layer--) {
      visits.add(new Visit(Stage.BLOCK, layer, true));
    }
    visits.add(new Visit(Stage.EMBED, 0, true));
    return visits;
  }

  /** Embedding, blocks. */
  static List<Visit> body(int layers) {
    List<Visit> visits = new ArrayList<>();
    visits.add(new Visit(Stage.EMBED, 0, false));
    for (int layer = 0; layer < layers; layer++) {
      visits.add(new Visit(Stage.BLOCK, layer, false));
    }
    return visits;
  }

  /** Whether the stage reads a parameter. */
  boolean reads(Parameter parameter) {
    boolean used = parameter.stage() == stage || parameter.alsoUsedBy().contains(stage);
    return used && (stage != Stage.BLOCK || parameter.layer() == layer);
  }
}
