package dev.tenon.backend.pytorch;

import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.model.Program;
import dev.tenon.tensor.TensorData;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values of the live rows of a session, per layer {@code [rows, kv_heads, capacity,
 * head_dim]}; grows when a request needs more.
 */
final class KeyValueCache implements SessionRows {
  private final InferenceModel model;
  private final NativeScope owned;
  private int rows;
  private int capacity;
  private @Nullable TorchValue keys;
  private @Nullable TorchValue values;

  KeyValueCache(InferenceModel model, TorchBridge bridge) {
    this.model = model;
    this.owned = bridge.scope("key/value cache");
  }

  @Override
  public void ensure(int neededRows, int neededCapacity) {
    if (neededRows <= rows && neededCapacity <= capacity) {
      return;
    }
    int newRows = Math.max(rows, neededRows);
    int newCapacity = Math.max(capacity, neededCapacity);
    try (NativeScope scope = owned.bridge().scope("grow")) {
      List<TorchValue> grown =
          rows == 0 ? create(scope, newRows, newCapacity) : resize(scope, newRows, newCapacity);
      closeTensors();
      keys = grown.get(0).moveTo(owned);
      values = grown.get(1).moveTo(owned);
    }
    rows = newRows;
    capacity = newCapacity;
  }

  private List<TorchValue> create(NativeScope scope, int newRows, int newCapacity) {
    Program program = model.network().program();
    return model
        .onModel(
            scope,
            "new_caches",
            scope.integers(newRows, program.keyValueHeads(), newCapacity, program.headDim()))
        .elements();
  }

  private List<TorchValue> resize(NativeScope scope, int newRows, int newCapacity) {
    TorchValue size = scope.integer(newRows);
    TorchValue slots = scope.integer(newCapacity);
    return List.of(
        model.onCaches(scope, "resize_caches", keys(), size, slots),
        model.onCaches(scope, "resize_caches", values(), size, slots));
  }

  @Override
  public void moveRow(int from, int to, int length) {
    try (NativeScope scope = owned.bridge().scope("move row")) {
      TorchValue source = scope.integer(from);
      TorchValue target = scope.integer(to);
      TorchValue tokens = scope.integer(length);
      for (TorchValue cache : List.of(keys(), values())) {
        model.onCaches(scope, "move_row", cache, source, target, tokens);
      }
    }
  }

  @Override
  public Chosen step(List<LiveRequest> group, int first) {
    int length = group.stream().mapToInt(LiveRequest::lengthAfterStep).max().orElseThrow();
    try (NativeScope scope = owned.bridge().scope("step")) {
      TorchValue batch = MicroBatch.dict(scope, StepBatch.tensors(group, length));
      Map<String, TensorData> choice = TokenChoice.tensors(group);
      TorchValue row = scope.integer(first);
      TorchValue slots = scope.integer(length);
      if (choice.isEmpty()) {
        return Chosen.of(model.onModel(scope, "greedy_step", batch, keys(), values(), row, slots));
      }
      TorchValue asked = MicroBatch.dict(scope, choice);
      return Chosen.of(
          model.onModel(scope, "choose_step", batch, asked, keys(), values(), row, slots));
    }
  }

  /** {@code List[Tensor]}, one per layer. */
  TorchValue keys() {
    return allocated(keys);
  }

  /** {@code List[Tensor]}, one per layer. */
  TorchValue values() {
    return allocated(values);
  }

  private static TorchValue allocated(@Nullable TorchValue cache) {
    if (cache == null) {
      throw new IllegalStateException("cache: none (expected: ensure was called)");
    }
    return cache;
  }

  private void closeTensors() {
    if (keys != null && values != null) {
      keys.close();
      values.close();
    }
  }

  @Override
  public void close() {
    owned.close();
  }
}
