package dev.tenon.backend.pytorch.internal;

import dev.tenon.error.EngineClosedException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;

/**
 * One TorchScript value ({@code IValue}) on the native side: a tensor, a number, a list, a dict, a
 * tuple, or an object that Java cannot look into but may pass to a later call, such as packed
 * weights.
 *
 * <p>It is a counted reference owned by a {@link NativeScope}. Every method throws {@link
 * EngineClosedException} once it is closed and {@link InvalidInputException} if the value is of
 * another type than the method reads. One thread at a time.
 */
public final class TorchValue implements AutoCloseable {

  private NativeScope scope;
  private long handle;
  private int index;

  TorchValue(NativeScope scope, long handle, int index) {
    this.scope = scope;
    this.handle = handle;
    this.index = index;
    HandleCounter.VALUES.incrementAndGet();
  }

  void place(NativeScope owner, int place) {
    scope = owner;
    index = place;
  }

  long handle() {
    if (handle == 0) {
      throw new EngineClosedException(Problems.problem("value", "closed", "open"));
    }
    return handle;
  }

  static long[] handles(Collection<TorchValue> values) {
    return values.stream().mapToLong(TorchValue::handle).toArray();
  }

  NativeScope scope() {
    return scope;
  }

  private DjlNatives natives() {
    return scope.bridge().natives();
  }

  private ValueFunctions values() {
    return natives().values;
  }

  /** TorchScript's name of the type, such as {@code Dict(str, Tensor)} or {@code NoneType}. */
  public String typeName() {
    return values().typeName(handle());
  }

  /** Whether it is a tensor. */
  public boolean isTensor() {
    return values().isTensor(handle());
  }

  /** Whether it is a {@code bool}. */
  public boolean isBoolean() {
    return values().isBoolean(handle());
  }

  /** Whether it is a tuple. */
  public boolean isTuple() {
    return values().isTuple(handle());
  }

  /** Whether it is {@code None}. */
  public boolean isNone() {
    return typeName().equals("NoneType");
  }

  // ---- tensors

  /** Shape of the tensor. */
  public Shape shape() {
    return Shape.of(withTensor(natives().tensors::sizes));
  }

  /** Element type of the tensor. */
  public DType dtype() {
    int djlType = withTensor(natives().tensors::djlType);
    return TorchTypes.ofDjl(djlType)
        .orElseGet(() -> TorchTypes.ofTorch(scope.bridge().builtins().dtype(this)));
  }

  /** Copies the tensor to Java memory, from any device and of any size. */
  public TensorData toTensorData() {
    return TensorCopy.toHost(this);
  }

  /** A part of a tensor's memory, little-endian. */
  @FunctionalInterface
  public interface Window {
    /** Reads or writes all of it; it must not outlive the call. */
    void accept(ByteBuffer bytes) throws IOException;
  }

  /**
   * Shows the tensor's bytes, row-major, in windows of up to 1 GiB, in order. Those of a tensor
   * that is not contiguous, or not on the CPU, show a copy.
   */
  public void visit(Window window) throws IOException {
    try {
      TensorCopy.visit(this, window);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Writes the tensor's bytes, little-endian and row-major, without a copy in Java memory. */
  public void writeTo(WritableByteChannel channel) throws IOException {
    visit(
        window -> {
          while (window.hasRemaining()) {
            channel.write(window);
          }
        });
  }

  /**
   * A view, in another shape, of values of a tensor with one axis; it shares their memory.
   *
   * @param start the first of the values
   */
  public TorchValue region(NativeScope owner, long start, Shape shape) {
    try (NativeScope arguments = scope.bridge().scope("region")) {
      return scope
          .bridge()
          .builtins()
          .call(
              owner,
              "region",
              this,
              arguments.integer(start),
              arguments.integer(shape.size()),
              arguments.integers(shape.toArray()));
    }
  }

  /**
   * A copy of the tensor with another element type, in memory of its own, made without autograd.
   *
   * @param owner scope of the copy
   */
  public TorchValue cast(NativeScope owner, DType dtype) {
    try (TorchValue number = scope.integer(TorchTypes.toTorch(dtype))) {
      return scope.bridge().builtins().call(owner, "cast", this, number);
    }
  }

  /** A copy of the tensor as F32 that requires gradients: a leaf of autograd. */
  public TorchValue toParameter(NativeScope owner) {
    return owner.bridge().builtins().call(owner, "parameter", this);
  }

  /**
   * Writes another tensor's values into the memory of this one, which keeps its type, and in every
   * list and dict that holds it; made without autograd, also into a leaf that requires gradients.
   *
   * @param source of the same shape
   */
  public void assign(TorchValue source) {
    scope.bridge().builtins().call(scope, "assign", this, source).close();
  }

  <T> T withTensor(LongFunction<T> body) {
    checkTensor();
    long tensor = values().toTensor(handle);
    HandleCounter.TENSORS.incrementAndGet();
    try {
      return body.apply(tensor);
    } finally {
      natives().tensors.delete(tensor);
      HandleCounter.TENSORS.decrementAndGet();
    }
  }

  // ---- other types

  /** The {@code int}. */
  public long toLong() {
    check("int", values()::isLong);
    return values().toLong(handle);
  }

  /** The {@code float}. */
  public double toDouble() {
    check("float", values()::isDouble);
    return values().toDouble(handle);
  }

  /** The {@code bool}. */
  public boolean toBoolean() {
    check("bool", values()::isBoolean);
    return values().toBoolean(handle);
  }

  /**
   * The {@code str}. DJL hands it over as a C string in modified UTF-8: it ends at a NUL, and
   * characters beyond U+FFFF arrive as others. The same holds for the keys of {@link #entries}.
   */
  public String toText() {
    check("str", values()::isString);
    return values().toText(handle);
  }

  /** The elements of a list or tuple, as new values of the same scope. */
  public List<TorchValue> elements() {
    boolean tuple = isTuple();
    if (!tuple) {
      check("list or tuple", values()::isList);
    }
    long[] elements = tuple ? values().tupleElements(handle) : values().listElements(handle);
    return LongStream.of(elements).mapToObj(scope::add).toList();
  }

  /** The entries of a dict with {@code str} keys, as new values of the same scope, in order. */
  public Map<String, TorchValue> entries() {
    check("dict", values()::isMap);
    long[] handles = values().mapEntries(handle);
    Map<String, TorchValue> entries = new LinkedHashMap<>();
    List<TorchValue> parts = LongStream.of(handles).mapToObj(scope::add).toList();
    for (int i = 0; i < parts.size(); i += 2) {
      try (TorchValue key = parts.get(i)) {
        entries.put(key.toText(), parts.get(i + 1));
      }
    }
    return entries;
  }

  // Native code takes a list's type from its first element, so a wrong later one would pass.
  void checkTensor() {
    check("Tensor", values()::isTensor);
  }

  void checkTensorDict() {
    check("Dict(str, Tensor)", value -> values().typeName(value).equals("Dict(str, Tensor)"));
  }

  private void check(String expected, LongPredicate type) {
    if (!type.test(handle())) {
      throw new InvalidInputException(Problems.problem("value", typeName(), expected));
    }
  }

  // ---- ownership

  /**
   * Gives the value to another scope, typically one that lives longer.
   *
   * @return this
   */
  public TorchValue moveTo(NativeScope owner) {
    handle();
    owner.checkOpen();
    scope.remove(this, index);
    owner.adopt(this);
    return this;
  }

  /** Deletes the reference before its scope ends. The second call does nothing. */
  @Override
  public void close() {
    if (handle == 0) {
      return;
    }
    long deleted = handle;
    handle = 0;
    scope.remove(this, index);
    HandleCounter.VALUES.decrementAndGet();
    values().delete(deleted);
  }

  /** Type name, or that it is closed. */
  @Override
  public String toString() {
    return "TorchValue(" + (handle == 0 ? "closed" : typeName()) + ")";
  }
}
