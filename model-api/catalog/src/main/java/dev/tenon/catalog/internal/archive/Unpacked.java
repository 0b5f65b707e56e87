package dev.tenon.catalog.internal.archive;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * The bytes of a tar, unpacked as they are read and held against the packed ones. Whatever is wrong
 * with the packed stream is told as a fault of the archive, so that an {@link IOException} that
 * passes a reader is always the visitor's. Not thread-safe; closes nothing.
 */
final class Unpacked {
  private static final int BUFFER = 1 << 13;
  private static final int RATIO_FROM = 1 << 20;

  /** A name of any length may stand in the header. */
  private static final int MOST_HEADER_BYTES = 1 << 17;

  private static final String WHOLE = "a whole archive";

  private final String archive;
  private final ArchiveBudget budget;
  private final Packed packed;
  private final InputStream behind;
  private final InputStream in;
  private String entry = "";
  private long unpackedBytes;

  Unpacked(String archive, InputStream file, ArchiveFormat format, ArchiveBudget budget) {
    this.archive = archive;
    this.budget = budget;
    packed = new Packed(file);
    behind = new BufferedInputStream(packed, BUFFER);
    in = format == ArchiveFormat.TAR_GZ ? gzip() : behind;
  }

  private InputStream gzip() {
    packed.most = MOST_HEADER_BYTES;
    try {
      InputStream stream =
          GzipCompressorInputStream.builder()
              .setInputStream(behind)
              .setDecompressConcatenated(false)
              .get();
      packed.most = Long.MAX_VALUE;
      return stream;
    } catch (IOException e) {
      throw ArchiveFault.of(archive, e, "gzip");
    }
  }

  /** The entry that is read now, for messages. */
  void enter(String name) {
    entry = name;
  }

  /** Some bytes; −1 at the end. */
  int read(byte[] bytes, int offset, int length) {
    int count = readPacked(in, bytes, offset, length);
    if (count > 0) {
      unpackedBytes += count;
      if (unpackedBytes > RATIO_FROM && unpackedBytes / budget.ratio() > packed.bytes) {
        String ratio = unpackedBytes + " bytes of " + packed.bytes;
        String expected = "a ratio of at most " + budget.ratio() + ":1";
        throw entry.isEmpty()
            ? ArchiveFault.of(archive, ratio, expected)
            : ArchiveFault.at(archive, entry, ratio, expected);
      }
    }
    return count;
  }

  /** All of an array. */
  void readFully(byte[] bytes) {
    int filled = readUpTo(bytes);
    if (filled < bytes.length) {
      throw ArchiveFault.of(archive, "ends after " + unpackedBytes + " bytes", WHOLE);
    }
  }

  /** As much of an array as is left. */
  int readUpTo(byte[] bytes) {
    int filled = 0;
    while (filled < bytes.length) {
      int count = read(bytes, filled, bytes.length - filled);
      if (count < 0) {
        return filled;
      }
      filled += count;
    }
    return filled;
  }

  /** Nothing may stand behind the compressed stream; its checksum was looked at on the way. */
  void requireEnd() {
    if (readPacked(behind, new byte[1], 0, 1) >= 0) {
      throw ArchiveFault.of(archive, "bytes after the end", "one stream of gzip");
    }
  }

  private int readPacked(InputStream from, byte[] bytes, int offset, int length) {
    try {
      return from.read(bytes, offset, length);
    } catch (IOException e) {
      throw ArchiveFault.of(archive, e, WHOLE);
    }
  }

  /** Counts what is read. */
  private static final class Packed extends InputStream {
    private final InputStream file;
    private long bytes;
    private long most = Long.MAX_VALUE;

    Packed(InputStream file) {
      this.file = file;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int count = file.read(target, offset, length);
      bytes += Math.max(count, 0);
      if (bytes > most) {
        throw new IOException("a header of more than " + most + " bytes");
      }
      return count;
    }
  }
}
