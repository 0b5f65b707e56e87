package dev.tenon.backend.offload;

import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.model.Network;
import dev.tenon.model.Parameter;
import dev.tenon.model.Parameter.Stage;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

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

  /** What the stage reads. */
  List<Parameter> parameters(Network network) {
    return network.parameters().stream().filter(this::reads).toList();
  }

  /**
   * Where it is read to, given the number of values. What a block computes shares no memory with
   * its weights; what embedding and head give may, so theirs is their own.
   */
  LongFunction<TorchValue> memory(NativeScope scope, ReadBuffers buffers) {
    return stage == Stage.BLOCK
        ? buffers::take
        : values -> scope.empty(DType.F32, Shape.of(values));
  }

  /** Whether the stage reads a parameter. */
  boolean reads(Parameter parameter) {
    boolean used = parameter.stage() == stage || parameter.alsoUsedBy().contains(stage);
    return used && (stage != Stage.BLOCK || parameter.layer() == layer);
  }
}
