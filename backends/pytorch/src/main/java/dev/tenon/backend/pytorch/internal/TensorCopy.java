package dev.tenon.backend.pytorch.internal;

import dev.tenon.error.InvalidInputException;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/**
 * Copies tensors between Java and libtorch through a window on the tensor's own memory, so that
 * every element type and every size goes the same way.
 */
final class TensorCopy {

  // A window is a ByteBuffer, so it has less than 2 GiB; as large as a segment of TensorData.
  private static final long WINDOW_BYTES = 1L << 30;

  private TensorCopy() {}

  /** What is done with one window. */
  @FunctionalInterface
  interface WindowAction {
    void accept(ByteBuffer window) throws IOException;
  }

  /**
   * Bytes of a tensor, in 64 bits.
   *
   * @throws InvalidInputException for a negative dimension or a product beyond 2^63
   */
  static long byteSize(DType dtype, long[] shape) {
    try {
      long bytes = dtype.bytes();
      for (long dimension : shape) {
        bytes = Math.multiplyExact(bytes, dimension);
        if (dimension < 0) {
          throw new ArithmeticException();
        }
      }
      return bytes;
    } catch (ArithmeticException e) {
      throw new InvalidInputException(
          "shape: " + Arrays.toString(shape) + " (expected: dimensions >= 0, below 2^63 bytes)", e);
    }
  }

  static TorchValue allocate(NativeScope scope, DType dtype, long[] shape) {
    byteSize(dtype, shape);
    try (NativeScope arguments = scope.bridge().scope("allocate")) {
      return scope
          .bridge()
          .builtins()
          .call(
              scope,
              "empty",
              arguments.integers(shape),
              arguments.integer(TorchTypes.toTorch(dtype)));
    }
  }

  static TorchValue toTorch(NativeScope scope, TensorData data) {
    Iterator<ByteBuffer> source = data.segments().iterator();
    TorchValue tensor = allocate(scope, data.dtype(), data.shape().toArray());
    visit(tensor, window -> window.put(source.next()));
    return tensor;
  }

  static TensorData toHost(TorchValue tensor) {
    List<ByteBuffer> segments = new ArrayList<>();
    visit(tensor, window -> segments.add(copy(window)));
    return TensorData.wrap(tensor.dtype(), Shape.of(tensor.shape()), segments);
  }

  private static ByteBuffer copy(ByteBuffer window) {
    return ByteBuffer.allocate(window.remaining()).order(ByteOrder.LITTLE_ENDIAN).put(window).flip();
  }

  static void write(TorchValue tensor, WritableByteChannel channel) throws IOException {
    try {
      visit(
          tensor,
          window -> {
            while (window.hasRemaining()) {
              channel.write(window);
            }
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /**
   * Shows the memory of a tensor in windows, in order. For a tensor that is not contiguous or not
   * on the CPU the windows show a copy.
   */
  static void visit(TorchValue tensor, WindowAction action) {
    int elementBytes = tensor.dtype().bytes();
    long bytes = elements(tensor.shape()) * elementBytes;
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
      NativeScope scope, TorchValue tensor, int elementBytes, WindowAction action) {
    Builtins builtins = scope.bridge().builtins();
    TorchValue flat = builtins.call(scope, "flat", tensor);
    long total = elements(tensor.shape());
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

  private static void visitWindow(TorchValue tensor, WindowAction action) {
    TensorFunctions functions = tensor.scope().bridge().natives().tensors;
    tensor.withTensor(
        t -> {
          try {
            action.accept(functions.memory(t).order(ByteOrder.LITTLE_ENDIAN));
            return t;
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private static long elements(long[] shape) {
    return Arrays.stream(shape).reduce(1, Math::multiplyExact);
  }
}
