package dev.tenon.tensor;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.nio.ByteBuffer;

/** Rewrites a tensor's elements in another dtype; the rules are those of {@link TensorData#to}. */
final class Conversion {
  private Conversion() {}

  /** The elements of {@code source} as bytes of {@code target}. */
  static Segments convert(TensorData source, DType target) {
    ByteBuffer[] out = Segments.allocate(Math.multiplyExact(source.size(), target.bytes()));
    long i = 0;
    for (ByteBuffer buffer : out) {
      while (buffer.hasRemaining()) {
        if (target.isFloating()) {
          putFloating(buffer, target, source.getDouble(i));
        } else {
          putInteger(buffer, target, source.getLong(i), i);
        }
        i++;
      }
      buffer.rewind();
    }
    return Segments.wrap(out);
  }

  private static void putFloating(ByteBuffer out, DType target, double value) {
    switch (target) {
      case F64 -> out.putDouble(value);
      case F32 -> out.putFloat((float) value);
      case F16 -> out.putShort(HalfPrecision.toF16(HalfPrecision.toOdd(value)));
      default -> out.putShort(HalfPrecision.toBf16(HalfPrecision.toOdd(value)));
    }
  }

  private static void putInteger(ByteBuffer out, DType target, long value, long index) {
    if (value < min(target) || value > max(target)) {
      throw new InvalidInputException(
          Problems.problem(
              "element " + index, value, min(target) + " to " + max(target) + " for " + target));
    }
    switch (target) {
      case I64 -> out.putLong(value);
      case I32 -> out.putInt((int) value);
      case I16 -> out.putShort((short) value);
      default -> out.put((byte) value);
    }
  }

  private static long min(DType type) {
    return switch (type) {
      case U8, BOOL -> 0;
      default -> -1L << (8 * type.bytes() - 1);
    };
  }

  private static long max(DType type) {
    return switch (type) {
      case BOOL -> 1;
      case U8 -> 255;
      default -> ~(-1L << (8 * type.bytes() - 1));
    };
  }
}
