package dev.tenon.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Little-endian bytes at 64-bit positions, held in buffers of one power-of-two size (the last may
 * be shorter). A view starts at an offset and shares the buffers. Nothing writes to the buffers
 * once a {@code Segments} is made, so it is safe for threads. Positions are not checked here.
 * Elements never straddle two buffers: offsets are multiples of the element size.
 */
final class Segments {
  /** The size of a buffer: 1 GiB. */
  static final int BYTES = 1 << 30;

  private final ByteBuffer[] buffers;
  private final int shift;
  private final long offset;
  private final long length;

  private Segments(ByteBuffer[] buffers, int shift, long offset, long length) {
    this.buffers = buffers;
    this.shift = shift;
    this.offset = offset;
    this.length = length;
  }

  /**
   * New zeroed buffers for a number of bytes; a program that runs out of memory here asked for too
   * much.
   */
  static ByteBuffer[] allocate(long bytes) {
    ByteBuffer[] buffers = new ByteBuffer[Math.toIntExact((bytes + BYTES - 1) / BYTES)];
    for (int i = 0; i < buffers.length; i++) {
      int size = (int) Math.min(BYTES, bytes - (long) i * BYTES);
      buffers[i] = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
    return buffers;
  }

  /**
   * Takes over buffers (position to limit), each but the last of {@code bytesEach}, a power of two
   * ≥ 8.
   */
  static Segments wrap(List<ByteBuffer> buffers, int bytesEach) {
    ByteBuffer[] slices = new ByteBuffer[buffers.size()];
    long length = 0;
    for (int i = 0; i < slices.length; i++) {
      slices[i] = buffers.get(i).slice().order(ByteOrder.LITTLE_ENDIAN);
      length += slices[i].limit();
    }
    return new Segments(slices, Integer.numberOfTrailingZeros(bytesEach), 0, length);
  }

  static Segments wrap(ByteBuffer... buffers) {
    return wrap(List.of(buffers), BYTES);
  }

  /** A copy of the bytes from position to limit. */
  static Segments copyOf(ByteBuffer bytes) {
    ByteBuffer[] all = allocate(bytes.remaining());
    int at = bytes.position();
    for (ByteBuffer buffer : all) {
      buffer.put(0, bytes, at, buffer.limit());
      at += buffer.limit();
    }
    return wrap(all);
  }

  long length() {
    return length;
  }

  Segments slice(long from, long to) {
    return new Segments(buffers, shift, offset + from, to - from);
  }

  byte getByte(long at) {
    return buffer(at).get(index(at));
  }

  short getShort(long at) {
    return buffer(at).getShort(index(at));
  }

  int getInt(long at) {
    return buffer(at).getInt(index(at));
  }

  long getLong(long at) {
    return buffer(at).getLong(index(at));
  }

  private ByteBuffer buffer(long at) {
    return buffers[(int) ((offset + at) >>> shift)];
  }

  private int index(long at) {
    return (int) ((offset + at) & ((1L << shift) - 1));
  }

  /** The bytes in order, as independent read-only buffers. */
  List<ByteBuffer> pieces() {
    List<ByteBuffer> pieces = new ArrayList<>();
    for (long at = 0; at < length; ) {
      ByteBuffer buffer = buffer(at);
      int index = index(at);
      int size = (int) Math.min(buffer.limit() - index, length - at);
      pieces.add(buffer.slice(index, size).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN));
      at += size;
    }
    return pieces;
  }

  /** The bytes of several, one after the other, in new buffers. */
  static Segments join(List<Segments> parts) {
    ByteBuffer[] all = allocate(parts.stream().mapToLong(Segments::length).sum());
    int next = 0;
    for (Segments part : parts) {
      for (ByteBuffer piece : part.pieces()) {
        while (piece.hasRemaining()) {
          if (!all[next].hasRemaining()) {
            next++;
          }
          int size = Math.min(piece.remaining(), all[next].remaining());
          all[next].put(piece.slice(piece.position(), size));
          piece.position(piece.position() + size);
        }
      }
    }
    for (ByteBuffer buffer : all) {
      buffer.rewind();
    }
    return wrap(all);
  }

  /** True when all bytes are equal. */
  boolean sameBytes(Segments other) {
    if (length != other.length) {
      return false;
    }
    for (long at = 0; at < length; ) {
      ByteBuffer a = buffer(at);
      ByteBuffer b = other.buffer(at);
      int i = index(at);
      int j = other.index(at);
      int size = (int) Math.min(Math.min(a.limit() - i, b.limit() - j), length - at);
      if (!a.slice(i, size).equals(b.slice(j, size))) {
        return false;
      }
      at += size;
    }
    return true;
  }

  /** A hash of the first bytes, up to 4 KiB: equal contents have equal hashes, at little cost. */
  int hashOfStart() {
    int hash = Long.hashCode(length);
    for (ByteBuffer piece : slice(0, Math.min(length, 4096)).pieces()) {
      while (piece.hasRemaining()) {
        hash = 31 * hash + piece.get();
      }
    }
    return hash;
  }
}
