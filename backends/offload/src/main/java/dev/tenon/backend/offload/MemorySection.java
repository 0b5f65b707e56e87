package dev.tenon.backend.offload;

import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A section in RAM outside the Java heap, which neither {@code -Xmx} nor the limit of direct
 * buffers bounds. Zeros take no memory before they are written.
 */
final class MemorySection implements Section {
  /** What a buffer of Java can show. */
  private static final long PART_BYTES = 1 << 30;

  private final NativeScope owned;
  private final List<TorchValue> parts = new ArrayList<>();

  MemorySection(TorchBridge bridge, long bytes) {
    owned = bridge.scope("offload memory");
    for (long at = 0; at < bytes; at += PART_BYTES) {
      parts.add(owned.zeros(DType.U8, Shape.of(Math.min(PART_BYTES, bytes - at))));
    }
  }

  @Override
  public void read(ByteBuffer target, long position) {
    each(target, position, target::put);
  }

  @Override
  public void write(ByteBuffer source, long position) {
    each(source, position, part -> part.put(take(source, part.remaining())));
  }

  private static ByteBuffer take(ByteBuffer source, int count) {
    ByteBuffer taken = source.slice(source.position(), count);
    source.position(source.position() + count);
    return taken;
  }

  /** Shows what belongs to the rest of a buffer, part by part; the action uses the buffer up. */
  private void each(ByteBuffer buffer, long position, TorchValue.Window action) {
    try {
      while (buffer.hasRemaining()) {
        long first = position;
        int offset = (int) (position % PART_BYTES);
        int count = (int) Math.min(buffer.remaining(), PART_BYTES - offset);
        parts
            .get(Math.toIntExact(first / PART_BYTES))
            .visit(memory -> action.accept(memory.slice(offset, count)));
        position += count;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    owned.close();
  }
}
