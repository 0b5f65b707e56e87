package dev.tenon.backend.offload;

import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory to read into that the next read but one uses again, so that it is not given back to the
 * system and faulted in anew for every stage. What was read and everything that shares its memory
 * must be done with by then. One thread at a time.
 */
final class ReadBuffers implements AutoCloseable {
  private final NativeScope owned;
  private final List<TorchValue> buffers = new ArrayList<>();
  private int taken;

  ReadBuffers(TorchBridge bridge) {
    owned = bridge.scope("read buffers");
  }

  /** Begins another read. */
  void begin() {
    taken = 0;
  }

  /**
   * Values to read, F32 [values], whatever they are now; it lives as long as its buffer is used.
   */
  TorchValue take(long values) {
    int index = taken++;
    if (index == buffers.size()) {
      buffers.add(create(values));
    } else if (buffers.get(index).shape().size() != values) {
      buffers.get(index).close();
      buffers.set(index, create(values));
    }
    return buffers.get(index);
  }

  private TorchValue create(long values) {
    return owned.empty(DType.F32, Shape.of(values));
  }

  /** Frees what this read did not take. */
  void end() {
    while (buffers.size() > taken) {
      buffers.remove(buffers.size() - 1).close();
    }
  }

  @Override
  public void close() {
    owned.close();
  }
}
