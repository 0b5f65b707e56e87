package dev.tenon.catalog.testing;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the bytes that pass. */
final class Counting extends FilterOutputStream {
  private final AtomicLong bytes;

  Counting(OutputStream out, AtomicLong bytes) {
    super(out);
    this.bytes = bytes;
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    out.write(source, offset, length);
    bytes.addAndGet(length);
  }
}
