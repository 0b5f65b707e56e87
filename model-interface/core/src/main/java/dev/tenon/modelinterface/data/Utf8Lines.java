package dev.tenon.modelinterface.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/** The lines of a byte stream, ended by LF, CR LF or the end. Not thread-safe. */
final class Utf8Lines {
  private final InputStream stream;
  private long number;

  Utf8Lines(InputStream stream) {
    this.stream = stream;
  }

  /** The number of the line returned last, from 1. */
  long number() {
    return number;
  }

  /** The next line without its end; a byte order mark at the start of the stream is dropped. */
  Optional<byte[]> next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int each = stream.read();
    if (each < 0) {
      return Optional.empty();
    }
    for (; each >= 0 && each != '\n'; each = stream.read()) {
      line.write(each);
    }
    number++;
    return Optional.of(number == 1 ? withoutMark(line.toByteArray()) : line.toByteArray());
  }

  static boolean isBlank(byte[] line) {
    for (byte each : line) {
      if (each != ' ' && each != '\t' && each != '\r') {
        return false;
      }
    }
    return true;
  }

  private static byte[] withoutMark(byte[] line) {
    boolean marked =
        line.length >= 3
            && line[0] == (byte) 0xEF
            && line[1] == (byte) 0xBB
            && line[2] == (byte) 0xBF;
    return marked ? Arrays.copyOfRange(line, 3, line.length) : line;
  }
}
