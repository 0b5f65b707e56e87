package dev.tenon.backend.pytorch.internal;

import ai.djl.engine.EngineException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * Copies tensors between Java and libtorch through a window on the tensor's own memory, so that
 * every element type and every size goes the same way.
 */
final class TensorCopy {

  // Equal to a segment of TensorData, so that each window fills one.
  private static final long WINDOW_BYTES = TensorData.SEGMENT_BYTES;

  private TensorCopy() {}

  /**
   * Bytes of a tensor.
   *
   * @throws InvalidInputException for 2^63 or more
   */
  static long byteSize(DType dtype, Shape shape) {
    try {
      return Math.multiplyExact(shape.size(), dtype.bytes());
    } catch (ArithmeticException e) {
      throw new InvalidInputException(
          Problems.problem("shape", shape, "less than 2^63 bytes of " + dtype), e);
    }
  }

  /** A tensor on the CPU whose content is whatever was in memory. */
  static TorchValue allocate(NativeScope scope, DType dtype, Shape shape) {
    byteSize(dtype, shape);
    TorchBridge bridge = scope.bridge();
    try (NativeScope arguments = bridge.scope("allocate")) {
      return bridge
          .builtins()
          .call(
              scope,
              "empty",
              arguments.integers(shape.toArray()),
              arguments.integer(TorchTypes.toTorch(dtype)));
    }
  }

  static TorchValue toTorch(NativeScope scope, TensorData data) {
    TorchValue tensor = allocate(scope, data.dtype(), data.shape());
    Deque<ByteBuffer> segments = new ArrayDeque<>(data.segments());
    visit(tensor, window -> fill(window, segments));
    return tensor;
  }

  // Segments of a slice may start anywhere, so they need not match the windows.
  private static void fill(ByteBuffer window, Deque<ByteBuffer> segments) {
    while (window.hasRemaining()) {
      ByteBuffer next = segments.element();
      int count = Math.min(window.remaining(), next.remaining());
      window.put(next.slice(next.position(), count));
      next.position(next.position() + count);
      if (!next.hasRemaining()) {
        segments.remove();
      }
    }
  }

  static TensorData toHost(TorchValue tensor) {
    DType dtype = tensor.dtype();
    Shape shape = tensor.shape();
    List<ByteBuffer> segments = TensorData.allocate(byteSize(dtype, shape));
    Iterator<ByteBuffer> targets = segments.iterator();
    visit(tensor, window -> targets.next().duplicate().put(window));
    return TensorData.wrap(dtype, shape, segments);
  }

  /**
   * Shows the memory of a tensor in windows, in order. For a tensor that is not contiguous or not
   * on the CPU the windows show a copy.
   */
  static void visit(TorchValue tensor, TorchValue.Window action) {
    int elementBytes = tensor.dtype().bytes();
    long bytes = tensor.shape().size() * elementBytes;
    if (bytes == 0) {
      return;
    }
    if (bytes <= WINDOW_BYTES && isPlain(tensor)) {
      visitWindow(tensor, action);
      return;
    }
    try (NativeScope scope = tensor.scope().bridge().scope("copy")) {
      visitParts(scope, tensor, elementBytes, action);
    }
  }

  private static void visitParts(
      NativeScope scope, TorchValue tensor, int elementBytes, TorchValue.Window action) {
    Builtins builtins = scope.bridge().builtins();
    TorchValue flat = builtins.call(scope, "flat", tensor);
    long total = tensor.shape().size();
    long step = WINDOW_BYTES / elementBytes;
    for (long start = 0; start < total; start += step) {
      try (TorchValue from = scope.integer(start);
          TorchValue count = scope.integer(Math.min(step, total - start));
          TorchValue part = builtins.call(scope, "part", flat, from, count)) {
        visitWindow(part, action);
      }
    }
  }

  private static boolean isPlain(TorchValue tensor) {
    TensorFunctions functions = tensor.scope().bridge().natives().tensors;
    return tensor.withTensor(t -> functions.isCpu(t) && functions.isContiguous(t));
  }

  private static void visitWindow(TorchValue tensor, TorchValue.Window action) {
    TensorFunctions functions = tensor.scope().bridge().natives().tensors;
    tensor.withTensor(
        t -> {
          try {
            action.accept(functions.memory(t).order(ByteOrder.LITTLE_ENDIAN));
            return t;
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          } catch (EngineException e) {
            throw TorchErrors.call("copy", e);
          }
        });
  }
}
