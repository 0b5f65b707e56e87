package dev.tenon.catalog.net;

import dev.tenon.internal.Problems;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/** A body that ends at a number of bytes and at a time. */
final class LimitedBody extends FilterInputStream {
  private final String url;
  private final long limit;
  private final Duration within;
  private final long end;
  private long count;

  /**
   * Creates the stream.
   *
   * @param end by {@link System#nanoTime}
   */
  LimitedBody(InputStream in, String url, long limit, Duration within, long end) {
    super(in);
    this.url = url;
    this.limit = limit;
    this.within = within;
    this.end = end;
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    int read;
    try {
      read = in.read(target, offset, length);
    } catch (IOException e) {
      String what = e.getClass().getSimpleName() + " " + e.getMessage();
      throw new TransferException(
          Problems.problem(url + " after " + count + " bytes", what, "the whole answer"), e);
    }
    count += Math.max(0, read);
    if (count > limit) {
      throw new TransferException(
          Problems.problem(url, "more than " + limit + " bytes", "at most " + limit));
    }
    if (System.nanoTime() - end > 0) {
      throw new TransferException(
          Problems.problem(url, "not ended after " + within, "an answer within it"));
    }
    return read;
  }

  @Override
  public long skip(long count) throws IOException {
    throw new IOException("a body is read from the start");
  }
}
