package dev.tenon.tensor;

import java.nio.ByteBuffer;
import java.util.List;

/** SKELETON: one tensor in host memory: little-endian, row-major, immutable; may exceed 2 GiB (held in segments). */
public final class TensorData {
  private TensorData() {}

  /** Copies {@code bytes} (position to limit), little-endian, exactly shape.size() * dtype.bytes(). */
  public static TensorData of(DType dtype, Shape shape, ByteBuffer bytes) { throw new UnsupportedOperationException(); }

  /** Takes over segments without copying (the caller must never write again); each but the last exactly SEGMENT bytes. */
  public static TensorData wrap(DType dtype, Shape shape, List<ByteBuffer> segments) { throw new UnsupportedOperationException(); }

  public static TensorData ofFloats(float[] values, long... dims) { throw new UnsupportedOperationException(); }

  public static TensorData ofDoubles(double[] values, long... dims) { throw new UnsupportedOperationException(); }

  public static TensorData ofLongs(long[] values, long... dims) { throw new UnsupportedOperationException(); }

  public static TensorData ofBooleans(boolean[] values, long... dims) { throw new UnsupportedOperationException(); }

  public static TensorData ofBytes(byte[] values, long... dims) { throw new UnsupportedOperationException(); } // I8

  public DType dtype() { throw new UnsupportedOperationException(); }

  public Shape shape() { throw new UnsupportedOperationException(); }

  /** Number of elements. */
  public long size() { throw new UnsupportedOperationException(); }

  public long byteSize() { throw new UnsupportedOperationException(); }

  /** Element i in row-major order as a float; any floating dtype. */
  public float getFloat(long i) { throw new UnsupportedOperationException(); }

  /** any dtype. */
  public double getDouble(long i) { throw new UnsupportedOperationException(); }

  /** integer dtypes and BOOL (0/1). */
  public long getLong(long i) { throw new UnsupportedOperationException(); }

  public boolean getBoolean(long i) { throw new UnsupportedOperationException(); }

  /** All elements as floats (floating dtypes), new array. */
  public float[] toFloats() { throw new UnsupportedOperationException(); }

  public long[] toLongs() { throw new UnsupportedOperationException(); }

  public boolean[] toBooleans() { throw new UnsupportedOperationException(); }

  /** Rows from..to of the first axis; copies nothing where it can. */
  public TensorData slice(long from, long to) { throw new UnsupportedOperationException(); }

  /** Rows of the first axis in the given order. */
  public TensorData gather(long[] rows) { throw new UnsupportedOperationException(); }

  public static TensorData concat(List<TensorData> parts) { throw new UnsupportedOperationException(); }

  public TensorData reshape(Shape shape) { throw new UnsupportedOperationException(); }

  /** Converted to another dtype (floating to floating: round to nearest even; integer widening). */
  public TensorData to(DType dtype) { throw new UnsupportedOperationException(); }

  /** The bytes as read-only little-endian buffers in order. */
  public List<ByteBuffer> segments() { throw new UnsupportedOperationException(); }
}
