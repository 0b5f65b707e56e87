package dev.tenon.backend.pytorch.internal;

import dev.tenon.tensor.DType;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.TensorData;
import java.nio.ByteBuffer;

/** Host values for tests. */
final class HostTensors {
  private HostTensors() {}

  static TensorData floats(float... values) {
    return TensorData.ofFloats(values, values.length);
  }

  static TensorData floats(long[] dims, float... values) {
    return TensorData.ofFloats(values, dims);
  }

  static float[] floats(TensorData data) {
    return data.toFloats();
  }

  static TensorData bytes(DType dtype, long[] dims, byte[] bytes) {
    return TensorData.of(dtype, Shape.of(dims), ByteBuffer.wrap(bytes));
  }

  static byte[] bytes(TensorData data) {
    ByteBuffer all = ByteBuffer.allocate((int) data.byteSize());
    data.segments().forEach(all::put);
    return all.array();
  }
}
