package dev.tenon.catalog.job;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The log of a job: lines without secrets, up to a size; what comes later is read and dropped. Safe
 * for threads.
 */
final class JobLog implements AutoCloseable {
  /** A longer line is cut, and the rest of it dropped. */
  private static final int LONGEST_LINE = 1 << 16;

  private final Secrets secrets;
  private final OutputStream out;
  private long left;
  private boolean closed;

  JobLog(Path file, Secrets secrets, long limit) throws IOException {
    this.secrets = secrets;
    this.out =
        Files.newOutputStream(
            file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    this.left = limit;
  }

  /** Writes text, which may be several lines. */
  synchronized void write(String text) {
    if (closed || left <= 0) {
      return;
    }
    byte[] line = (secrets.redact(text) + "\n").getBytes(UTF_8);
    left -= line.length;
    try {
      out.write(left < 0 ? "log cut: its limit is reached\n".getBytes(UTF_8) : line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes what a stream gives, to its end, line by line; a carriage return ends one too. */
  void copy(InputStream stream) throws IOException {
    InputStream in = new BufferedInputStream(stream);
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int before = '\n';
    for (int c = in.read(); c >= 0; c = in.read()) {
      if (c == '\r' || (c == '\n' && before != '\r')) {
        write(text(line));
        line.reset();
      } else if (c != '\n' && line.size() < LONGEST_LINE) {
        line.write(c);
      }
      before = c;
    }
    if (line.size() > 0) {
      write(text(line));
    }
  }

  /** The end of a line that was cut may be the start of a secret, so it goes too. */
  private String text(ByteArrayOutputStream line) {
    String text = line.toString(UTF_8);
    if (line.size() < LONGEST_LINE) {
      return text;
    }
    String clean = secrets.redact(text);
    return clean.substring(0, Math.max(0, clean.length() - secrets.longest())) + "…";
  }

  @Override
  public synchronized void close() throws IOException {
    closed = true;
    out.close();
  }
}
