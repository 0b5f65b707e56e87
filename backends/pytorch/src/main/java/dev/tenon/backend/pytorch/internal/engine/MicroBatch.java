package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.model.OutputRequest;
import dev.tenon.nn.internal.pass.OutputPlan;
import dev.tenon.nn.internal.pass.PassInput;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * The arguments of one pass of a driver over one micro-batch; its values live as long as their
 * scope.
 */
public final class MicroBatch {
  private final PassInput input;

  /** {@code b}: {@code Dict[str, Tensor]} of the rows. */
  public final TorchValue rows;

  /** {@code plan}: where the packed entries lie. */
  public final TorchValue plan;

  /** {@code want_rows}, {@code want_next}, {@code want_sequences}, {@code hidden_states}. */
  public final TorchValue wantRows;

  public final TorchValue wantNext;
  public final TorchValue wantSequences;
  public final TorchValue hiddenStates;

  /**
   * Copies a micro-batch to the native side.
   *
   * @param packed whether sequences of different lengths lie in one row
   * @param dropoutSeed empty: the pass runs without dropout
   */
  MicroBatch(
      NamedArray batch,
      OutputPlan outputs,
      boolean packed,
      OptionalLong dropoutSeed,
      NativeScope scope) {
    input = new PassInput(batch, outputs, packed, dropoutSeed);
    rows = dict(scope, input.rows());
    plan = dict(scope, input.plan());
    wantRows = scope.texts(outputs.rows());
    wantNext = scope.texts(outputs.next());
    wantSequences = scope.texts(outputs.sequences());
    hiddenStates = scope.bool(outputs.hiddenStates());
  }

  /** {@code input_ids} I64 [B, T], on the host. */
  TensorData inputIds() {
    return input.inputIds();
  }

  /** The mask that transformers takes, I64 [B, T], on the host: 1 for real tokens. */
  TensorData realTokens() {
    return input.realTokens();
  }

  /** A {@code Dict[str, Tensor]} of host tensors. */
  public static TorchValue dict(NativeScope scope, Map<String, TensorData> tensors) {
    Map<String, TorchValue> values = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> values.put(name, scope.tensor(tensor)));
    return scope.tensorDict(values);
  }

  /** The outputs of the pass as fields of the micro-batch's items, with its metadata. */
  NamedArray outputs(TorchValue results, OutputRequest request) {
    Map<String, TorchValue> byName = results.entries();
    return input.outputs(
        request, name -> Objects.requireNonNull(byName.get(name), name).toTensorData());
  }
}
