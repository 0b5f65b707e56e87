package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.model.Parameter.Stage;
import dev.tenon.tensor.DType;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The weights of a network on the native side, stage by stage, in the dicts that its program reads.
 * Dicts are F32 unless another type is asked for; copies of another type than the stored one live
 * as long as the dict's scope, so a caller decides how many there are.
 */
public interface Stages {
  /**
   * The tensors of a stage by key, in the types they are stored in.
   *
   * @param layer of a block; else it does not count
   */
  Map<String, TorchValue> stored(Stage stage, int layer, NativeScope scope);

  /** {@code Dict[str, Tensor]} of the embedding stage in a type. */
  default TorchValue embed(NativeScope scope, DType dtype) {
    return scope.tensorDict(embedTensors(scope, dtype));
  }

  /** The embedding's tensors by key. */
  default Map<String, TorchValue> embedTensors(NativeScope scope, DType dtype) {
    return as(dtype, stored(Stage.EMBED, 0, scope), scope);
  }

  /** {@code Dict[str, Tensor]} of one block. */
  default TorchValue block(NativeScope scope, int layer) {
    return scope.tensorDict(as(DType.F32, stored(Stage.BLOCK, layer, scope), scope));
  }

  /** {@code Dict[str, Tensor]} of the head stage. */
  default TorchValue head(NativeScope scope) {
    return scope.tensorDict(as(DType.F32, stored(Stage.HEAD, 0, scope), scope));
  }

  private static Map<String, TorchValue> as(
      DType dtype, Map<String, TorchValue> stored, NativeScope scope) {
    Map<String, TorchValue> tensors = new LinkedHashMap<>();
    stored.forEach((key, x) -> tensors.put(key, x.dtype() == dtype ? x : x.cast(scope, dtype)));
    return tensors;
  }
}
