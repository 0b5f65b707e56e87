package dev.tenon.catalog.internal.archive;

import java.io.InputStream;

/** The content of one entry, which ends where the entry ends. */
final class EntryContent extends InputStream {
  private final Unpacked tar;
  private long left;

  EntryContent(Unpacked tar, long size) {
    this.tar = tar;
    this.left = size;
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    if (left == 0) {
      return -1;
    }
    int count = tar.read(target, offset, (int) Math.min(length, left));
    if (count < 0) {
      tar.readFully(new byte[1]);
    }
    left -= count;
    return count;
  }

  /** Reads on to the end. */
  void skipRest(byte[] buffer) {
    int count = 0;
    while (count >= 0) {
      count = read(buffer, 0, buffer.length);
    }
  }
}
