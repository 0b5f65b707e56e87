package dev.tenon.tensor;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * One tensor in host memory: dtype, shape and bytes, little-endian and row-major. It may exceed 2
 * GiB: the bytes are held in segments of {@link #SEGMENT_BYTES}. Immutable and safe for threads.
 * Two are equal when dtype, shape and every bit are equal.
 *
 * <p>Every method that takes an index, a range or a shape throws {@link InvalidInputException} when
 * it does not fit.
 *
 * <p>The file is long because the accessors of one value stand together; how they work lies in
 * classes beside it.
 */
public final class TensorData {
  /** Size of one segment: 1 GiB. */
  public static final int SEGMENT_BYTES = Segments.BYTES;

  private static final int SHOWN = 6;

  private final DType dtype;
  private final Shape shape;
  private final Segments bytes;

  private TensorData(DType dtype, Shape shape, Segments bytes) {
    this.dtype = dtype;
    this.shape = shape;
    this.bytes = bytes;
    long expected = byteSize(dtype, shape);
    if (bytes.length() != expected) {
      throw new InvalidInputException(
          Problems.problem(
              "bytes of a " + dtype + " tensor " + shape,
              bytes.length(),
              String.valueOf(expected)));
    }
  }

  /**
   * A copy of the bytes from position to limit, little-endian: exactly {@code shape.size() *
   * dtype.bytes()}.
   */
  public static TensorData of(DType dtype, Shape shape, ByteBuffer bytes) {
    return new TensorData(dtype, shape, Segments.copyOf(bytes));
  }

  /**
   * Takes over segments without copying; the caller never writes to them again.
   *
   * @param segments from position to limit little-endian bytes; each but the last has {@link
   *     #SEGMENT_BYTES}
   */
  public static TensorData wrap(DType dtype, Shape shape, List<ByteBuffer> segments) {
    return wrap(dtype, shape, segments, SEGMENT_BYTES);
  }

  /**
   * The same with another segment size (a power of two ≥ 8), so that tests reach the seams with
   * little memory.
   */
  static TensorData wrap(DType dtype, Shape shape, List<ByteBuffer> segments, int segmentBytes) {
    Problems problems = new Problems();
    for (int i = 0; i < segments.size(); i++) {
      int size = segments.get(i).remaining();
      boolean last = i == segments.size() - 1;
      problems.check(
          last ? size <= segmentBytes : size == segmentBytes,
          "segment " + i,
          size + " bytes",
          (last ? "at most " : "exactly ") + segmentBytes);
    }
    problems.throwIfAny(InvalidInputException::new);
    return new TensorData(dtype, shape, Segments.wrap(segments, segmentBytes));
  }

  /** New zeroed buffers of a total size, to be filled and then given to {@link #wrap}. */
  public static List<ByteBuffer> allocate(long bytes) {
    return List.of(Segments.allocate(bytes));
  }

  /** An F32 tensor; no {@code dims} for a scalar. */
  public static TensorData ofFloats(float[] values, long... dims) {
    ByteBuffer[] out = Segments.allocate(4L * values.length);
    int at = 0;
    for (ByteBuffer buffer : out) {
      buffer.asFloatBuffer().put(values, at, buffer.limit() / 4);
      at += buffer.limit() / 4;
    }
    return new TensorData(DType.F32, Shape.of(dims), Segments.wrap(out));
  }

  /** An F64 tensor; no {@code dims} for a scalar. */
  public static TensorData ofDoubles(double[] values, long... dims) {
    ByteBuffer[] out = Segments.allocate(8L * values.length);
    int at = 0;
    for (ByteBuffer buffer : out) {
      buffer.asDoubleBuffer().put(values, at, buffer.limit() / 8);
      at += buffer.limit() / 8;
    }
    return new TensorData(DType.F64, Shape.of(dims), Segments.wrap(out));
  }

  /** An I64 tensor; no {@code dims} for a scalar. */
  public static TensorData ofLongs(long[] values, long... dims) {
    ByteBuffer[] out = Segments.allocate(8L * values.length);
    int at = 0;
    for (ByteBuffer buffer : out) {
      buffer.asLongBuffer().put(values, at, buffer.limit() / 8);
      at += buffer.limit() / 8;
    }
    return new TensorData(DType.I64, Shape.of(dims), Segments.wrap(out));
  }

  /** A BOOL tensor; no {@code dims} for a scalar. */
  public static TensorData ofBooleans(boolean[] values, long... dims) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) (values[i] ? 1 : 0);
    }
    return of(DType.BOOL, Shape.of(dims), ByteBuffer.wrap(bytes));
  }

  /** An I8 tensor; no {@code dims} for a scalar. */
  public static TensorData ofBytes(byte[] values, long... dims) {
    return of(DType.I8, Shape.of(dims), ByteBuffer.wrap(values));
  }

  /** A tensor of zeros. */
  public static TensorData zeros(DType dtype, long... dims) {
    Shape shape = Shape.of(dims);
    return new TensorData(dtype, shape, Segments.wrap(Segments.allocate(byteSize(dtype, shape))));
  }

  /** Element type. */
  public DType dtype() {
    return dtype;
  }

  /** Dimensions. */
  public Shape shape() {
    return shape;
  }

  /** Number of elements. */
  public long size() {
    return shape.size();
  }

  /** Number of bytes. */
  public long byteSize() {
    return bytes.length();
  }

  /** Element i, in row-major order, of a floating tensor; F64 is rounded. */
  public float getFloat(long i) {
    requireFloating();
    return (float) getDouble(i);
  }

  /** Element i, in row-major order, of any tensor; BOOL is 0 or 1, I64 beyond 2^53 is rounded. */
  public double getDouble(long i) {
    long at = position(i);
    return switch (dtype) {
      case F64 -> Double.longBitsToDouble(bytes.getLong(at));
      case F32 -> Float.intBitsToFloat(bytes.getInt(at));
      case F16 -> HalfPrecision.fromF16(bytes.getShort(at));
      case BF16 -> HalfPrecision.fromBf16(bytes.getShort(at));
      default -> integerAt(at);
    };
  }

  /** Element i, in row-major order, of an integer or BOOL tensor; BOOL is 0 or 1. */
  public long getLong(long i) {
    if (dtype.isFloating()) {
      throw new InvalidInputException(Problems.problem("dtype", dtype, "an integer type or BOOL"));
    }
    return integerAt(position(i));
  }

  /** Element i, in row-major order, of a BOOL tensor. */
  public boolean getBoolean(long i) {
    if (dtype != DType.BOOL) {
      throw new InvalidInputException(Problems.problem("dtype", dtype, "BOOL"));
    }
    return bytes.getByte(position(i)) != 0;
  }

  /** All elements of a floating tensor in a new array; F64 is rounded. */
  public float[] toFloats() {
    requireFloating();
    float[] out = new float[arraySize()];
    if (dtype == DType.F32) {
      int at = 0;
      for (ByteBuffer piece : bytes.pieces()) {
        piece.asFloatBuffer().get(out, at, piece.limit() / 4);
        at += piece.limit() / 4;
      }
      return out;
    }
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) getDouble(i);
    }
    return out;
  }

  /** All elements of any tensor in a new array, as {@link #getDouble} gives them. */
  public double[] toDoubles() {
    double[] out = new double[arraySize()];
    for (int i = 0; i < out.length; i++) {
      out[i] = getDouble(i);
    }
    return out;
  }

  /** All elements of an integer or BOOL tensor in a new array. */
  public long[] toLongs() {
    long[] out = new long[arraySize()];
    for (int i = 0; i < out.length; i++) {
      out[i] = getLong(i);
    }
    return out;
  }

  /** All elements of a BOOL tensor in a new array. */
  public boolean[] toBooleans() {
    boolean[] out = new boolean[arraySize()];
    for (int i = 0; i < out.length; i++) {
      out[i] = getBoolean(i);
    }
    return out;
  }

  /**
   * Rows {@code from} (inclusive) to {@code to} (exclusive) of the first axis. Shares the bytes.
   */
  public TensorData slice(long from, long to) {
    if (from < 0 || to < from || to > rows()) {
      throw new InvalidInputException(
          Problems.problem("rows", from + " to " + to, "a range within 0 to " + rows()));
    }
    long row = rowBytes();
    return new TensorData(dtype, shape.withFirst(to - from), bytes.slice(from * row, to * row));
  }

  /** Rows of the first axis in the given order, each any number of times. Copies. */
  public TensorData gather(long[] rows) {
    long row = rowBytes();
    long count = rows();
    List<Segments> parts = new ArrayList<>();
    for (long index : rows) {
      if (index < 0 || index >= count) {
        throw new InvalidInputException(Problems.problem("row", index, "0 to " + (count - 1)));
      }
      parts.add(bytes.slice(index * row, (index + 1) * row));
    }
    return new TensorData(dtype, shape.withFirst(rows.length), Segments.join(parts));
  }

  /**
   * Tensors after each other along the first axis; dtype and further dimensions agree. Copies,
   * unless there is only one.
   */
  public static TensorData concat(List<TensorData> parts) {
    if (parts.isEmpty()) {
      throw new InvalidInputException(Problems.problem("tensors", 0, "at least one"));
    }
    TensorData first = parts.get(0);
    long rows = 0;
    for (TensorData part : parts) {
      rows = Math.addExact(rows, part.rows());
      if (part.dtype != first.dtype || !part.shape.withFirst(0).equals(first.shape.withFirst(0))) {
        throw new InvalidInputException(
            Problems.problem(
                "tensor",
                part.dtype + " " + part.shape,
                first.dtype + " " + first.shape + " but for the first dimension"));
      }
    }
    if (parts.size() == 1) {
      return first;
    }
    List<Segments> all = parts.stream().map(x -> x.bytes).toList();
    return new TensorData(first.dtype, first.shape.withFirst(rows), Segments.join(all));
  }

  /** The same elements under another shape of equal size. Shares the bytes. */
  public TensorData reshape(Shape other) {
    if (other.size() != size()) {
      throw new InvalidInputException(
          Problems.problem("shape", other, size() + " elements, as " + shape + " has"));
    }
    return new TensorData(dtype, other, bytes);
  }

  /**
   * The elements in another dtype. Floating, integer and BOOL to floating: one rounding to nearest,
   * ties to even, overflow to infinity (I64 beyond 2^53 is first rounded to F64). Integer and BOOL
   * to integer or BOOL: exact, or an error that names the element. Floating to integer is refused.
   */
  public TensorData to(DType target) {
    if (target == dtype) {
      return this;
    }
    if (dtype.isFloating() && !target.isFloating()) {
      throw new InvalidInputException(
          Problems.problem("dtype", target, "a floating type, to convert from " + dtype));
    }
    return new TensorData(target, shape, Conversion.convert(this, target));
  }

  /** The bytes in order, as read-only little-endian buffers that share them. */
  public List<ByteBuffer> segments() {
    return bytes.pieces();
  }

  private static long byteSize(DType dtype, Shape shape) {
    try {
      return Math.multiplyExact(shape.size(), dtype.bytes());
    } catch (ArithmeticException e) {
      throw new InvalidInputException(
          Problems.problem("shape", shape, "less than 2^63 bytes of " + dtype), e);
    }
  }

  private long position(long i) {
    if (i < 0 || i >= size()) {
      throw new InvalidInputException(
          Problems.problem("element", i, "0 ≤ index < " + size() + " for shape " + shape));
    }
    return i * dtype.bytes();
  }

  private long integerAt(long at) {
    return switch (dtype) {
      case I64 -> bytes.getLong(at);
      case I32 -> bytes.getInt(at);
      case I16 -> bytes.getShort(at);
      case U8 -> Byte.toUnsignedLong(bytes.getByte(at));
      case BOOL -> bytes.getByte(at) == 0 ? 0 : 1;
      default -> bytes.getByte(at);
    };
  }

  private void requireFloating() {
    if (!dtype.isFloating()) {
      throw new InvalidInputException(Problems.problem("dtype", dtype, "a floating type"));
    }
  }

  private int arraySize() {
    if (size() > Integer.MAX_VALUE - 8) {
      throw new InvalidInputException(
          Problems.problem("elements", size(), "at most 2^31 - 9, to fit a Java array"));
    }
    return (int) size();
  }

  private long rows() {
    if (shape.rank() == 0) {
      throw new InvalidInputException(Problems.problem("shape", shape, "at least one dimension"));
    }
    return shape.dim(0);
  }

  private long rowBytes() {
    return rows() == 0 ? 0 : byteSize() / rows();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TensorData that
        && dtype == that.dtype
        && shape.equals(that.shape)
        && bytes.sameBytes(that.bytes);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * dtype.hashCode() + shape.hashCode()) + bytes.hashOfStart();
  }

  /**
   * Dtype, shape and the first values, for example {@code F32 [2, 4] {0.0, 1.0, 2.0, 3.0, 4.0, 5.0,
   * …}}.
   */
  @Override
  public String toString() {
    String values =
        LongStream.range(0, Math.min(size(), SHOWN))
            .mapToObj(this::text)
            .collect(Collectors.joining(", "));
    return dtype + " " + shape + " {" + values + (size() > SHOWN ? ", …}" : "}");
  }

  private String text(long i) {
    return switch (dtype) {
      case F64 -> String.valueOf(getDouble(i));
      case F32, F16, BF16 -> String.valueOf(getFloat(i));
      case BOOL -> String.valueOf(getBoolean(i));
      default -> String.valueOf(getLong(i));
    };
  }
}
