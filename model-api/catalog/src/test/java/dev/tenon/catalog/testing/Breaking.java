package dev.tenon.catalog.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicInteger;

/** Drops the connection in the middle of an answer, as often as it was told to. */
public final class Breaking implements HttpHandler {
  private final HttpHandler handler;
  private final AtomicInteger breaks;
  private final long after;

  /**
   * Creates it.
   *
   * @param breaks how many answers are broken
   * @param after how many bytes of each are sent
   */
  public Breaking(HttpHandler handler, int breaks, long after) {
    this.handler = handler;
    this.breaks = new AtomicInteger(breaks);
    this.after = after;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    if (breaks.getAndDecrement() > 0) {
      exchange.setStreams(null, new Cut(exchange.getResponseBody(), after));
    }
    handler.handle(exchange);
  }

  /** Sends the first bytes, then fails. */
  private static final class Cut extends FilterOutputStream {
    private long rest;

    Cut(OutputStream out, long rest) {
      super(out);
      this.rest = rest;
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
      int count = (int) Math.min(rest, length);
      out.write(source, offset, count);
      rest -= count;
      if (count < length) {
        out.flush();
        throw new IOException("cut by the test");
      }
    }
  }
}
