package dev.tenon.backend.pytorch.internal;

import dev.tenon.error.EngineClosedException;
import dev.tenon.internal.Problems;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.TensorData;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The owner of native values: one per step or request, or one for as long as an engine lives.
 * Closing it deletes every value made in it and not {@linkplain TorchValue#moveTo moved} to another
 * scope.
 *
 * <p>Values are counted references. A list or dict keeps its elements alive by itself, so a value
 * may be closed as soon as it has been passed on. One thread at a time may use a scope and its
 * values; while nobody changes the scope, several may pass its values on.
 */
public final class NativeScope implements AutoCloseable {

  private final TorchBridge bridge;
  private final String name;
  private final ArrayList<TorchValue> values = new ArrayList<>();
  private boolean closed;

  NativeScope(TorchBridge bridge, String name) {
    this.bridge = bridge;
    this.name = name;
    HandleCounter.SCOPES.add(this);
  }

  /** What the scope is for, as given to {@link TorchBridge#scope}. */
  public String name() {
    return name;
  }

  /** Number of values that it owns now. */
  public int size() {
    return values.size();
  }

  /** The bridge that opened it. */
  public TorchBridge bridge() {
    return bridge;
  }

  // ---- values from Java

  /** A {@code Tensor} on the CPU with a copy of the data; every {@code DType}. */
  public TorchValue tensor(TensorData data) {
    return TensorCopy.toTorch(this, data);
  }

  /** A {@code Tensor} on the CPU whose content is whatever was in memory. */
  public TorchValue empty(DType dtype, Shape shape) {
    return TensorCopy.allocate(this, dtype, shape);
  }

  /** A {@code Tensor} of zeros on the CPU. */
  public TorchValue zeros(DType dtype, Shape shape) {
    try (NativeScope arguments = bridge.scope("zeros")) {
      return bridge
          .builtins()
          .call(
              this,
              "zeros",
              arguments.integers(shape.toArray()),
              arguments.integer(TorchTypes.toTorch(dtype)));
    }
  }

  /** An {@code int}. */
  public TorchValue integer(long value) {
    return add(natives().fromLong(value));
  }

  /** A {@code float}, which in TorchScript has 64 bits. */
  public TorchValue real(double value) {
    return add(natives().fromDouble(value));
  }

  /** A {@code bool}. */
  public TorchValue bool(boolean value) {
    return add(natives().fromBoolean(value));
  }

  /** A {@code str}. */
  public TorchValue text(String value) {
    return add(natives().fromString(value));
  }

  /** {@code None}, for an {@code Optional} parameter of any type. */
  public TorchValue none() {
    return bridge.builtins().call(this, "none");
  }

  /** A {@code List[int]}. */
  public TorchValue integers(long... values) {
    return add(natives().fromLongs(values));
  }

  /** A {@code List[float]}. */
  public TorchValue reals(double... values) {
    return add(natives().fromDoubles(values));
  }

  /** A {@code List[str]}. */
  public TorchValue texts(Collection<String> values) {
    if (values.isEmpty()) {
      return bridge.builtins().call(this, "no_strings");
    }
    try (NativeScope parts = bridge.scope("texts")) {
      return list(values.stream().map(parts::text).toList());
    }
  }

  /** A {@code List[Tensor]}. */
  public TorchValue tensors(Collection<TorchValue> tensors) {
    tensors.forEach(TorchValue::checkTensor);
    return tensors.isEmpty() ? add(natives().fromTensors(new long[0])) : list(tensors);
  }

  /** A {@code Dict[str, Tensor]} in the map's order. */
  public TorchValue tensorDict(Map<String, TorchValue> tensors) {
    tensors.values().forEach(TorchValue::checkTensor);
    return dict(tensors);
  }

  /** A {@code Dict[str, float]} in the map's order. */
  public TorchValue realDict(Map<String, Double> reals) {
    if (reals.isEmpty()) {
      return bridge.builtins().call(this, "no_reals");
    }
    try (NativeScope parts = bridge.scope("reals")) {
      Map<String, TorchValue> values = new LinkedHashMap<>();
      reals.forEach((key, value) -> values.put(key, parts.real(value)));
      return dict(values);
    }
  }

  /** A {@code List[Dict[str, Tensor]]}. */
  public TorchValue dicts(Collection<TorchValue> dicts) {
    dicts.forEach(TorchValue::checkTensorDict);
    return dicts.isEmpty() ? bridge.builtins().call(this, "no_dicts") : list(dicts);
  }

  /** A {@code Tuple} of any values. */
  public TorchValue tuple(TorchValue... elements) {
    return add(natives().fromTuple(TorchValue.handles(List.of(elements))));
  }

  private TorchValue list(Collection<TorchValue> elements) {
    return add(natives().fromList(TorchValue.handles(elements)));
  }

  private TorchValue dict(Map<String, TorchValue> entries) {
    String[] keys = entries.keySet().toArray(new String[0]);
    return add(natives().fromMap(keys, TorchValue.handles(entries.values())));
  }

  private ValueFunctions natives() {
    checkOpen();
    return bridge.natives().values;
  }

  // ---- ownership

  TorchValue add(long handle) {
    TorchValue value = new TorchValue(this, handle, values.size());
    values.add(value);
    return value;
  }

  void adopt(TorchValue value) {
    value.place(this, values.size());
    values.add(value);
  }

  // The last value takes the free place, so a scope that lives long stays as small as its content.
  void remove(TorchValue value, int index) {
    TorchValue last = values.remove(values.size() - 1);
    if (last != value) {
      values.set(index, last);
      last.place(this, index);
    }
  }

  void checkOpen() {
    if (closed) {
      throw new EngineClosedException(Problems.problem("scope " + name, "closed", "open"));
    }
  }

  /** Deletes every value that it owns. The second call does nothing. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    while (!values.isEmpty()) {
      values.get(values.size() - 1).close();
    }
    HandleCounter.SCOPES.remove(this);
  }

  /** Name and number of values. */
  @Override
  public String toString() {
    return "NativeScope(" + name + ", " + values.size() + " values)";
  }
}
