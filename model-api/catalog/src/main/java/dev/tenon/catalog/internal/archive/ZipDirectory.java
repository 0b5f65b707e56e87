package dev.tenon.catalog.internal.archive;

import dev.tenon.internal.Durable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * The directory at the end of a zip, counted before anything is built of it (PKWARE APPNOTE 6.3,
 * sections 4.3.12 and 4.3.16). Its own count may lie; so the headers are counted.
 */
final class ZipDirectory {
  private static final int END = 0x06054b50;
  private static final int HEADER = 0x02014b50;
  private static final int END_BYTES = 22;
  private static final int HEADER_BYTES = 46;
  private static final int MOST_COMMENT = 0xFFFF;
  private static final long BEYOND = 0xFFFFFFFFL;

  private ZipDirectory() {}

  /** Refuses a zip with more entries than the budget has. */
  static void check(Path file, String archive, ArchiveBudget budget) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      long at = begin(channel, archive);
      ByteBuffer header = buffer(HEADER_BYTES);
      for (int count = 0; Durable.readFully(channel, at, header.clear()); count++) {
        if (header.getInt(0) != HEADER) {
          return;
        }
        if (count == budget.entries()) {
          throw ArchiveFault.of(archive, "more entries", "at most " + budget.entries());
        }
        at += HEADER_BYTES + word(header, 28) + word(header, 30) + word(header, 32);
      }
    }
  }

  private static long begin(FileChannel channel, String archive) throws IOException {
    int length = (int) Math.min(channel.size(), END_BYTES + MOST_COMMENT);
    ByteBuffer tail = buffer(length);
    Durable.readFully(channel, channel.size() - length, tail);
    for (int at = length - END_BYTES; at >= 0; at--) {
      if (tail.getInt(at) == END && at + END_BYTES + word(tail, at + 20) == length) {
        return begin(channel, archive, tail.getInt(at + 16) & BEYOND, channel.size() - length + at);
      }
    }
    throw ArchiveFault.of(archive, "no directory at its end", "a whole zip");
  }

  /** Of a zip beyond 4 GiB: another record stands before the end and says where. */
  private static long begin(FileChannel channel, String archive, long said, long end)
      throws IOException {
    if (said != BEYOND) {
      return said;
    }
    ByteBuffer locator = buffer(20);
    ByteBuffer record = buffer(56);
    boolean found =
        end >= 20
            && Durable.readFully(channel, end - 20, locator)
            && locator.getInt(0) == 0x07064b50
            && locator.getLong(8) >= 0
            && Durable.readFully(channel, locator.getLong(8), record)
            && record.getInt(0) == 0x06064b50
            && record.getLong(48) >= 0;
    if (!found) {
      throw ArchiveFault.of(archive, "no directory at its end", "a whole zip");
    }
    return record.getLong(48);
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int word(ByteBuffer bytes, int at) {
    return bytes.getShort(at) & 0xFFFF;
  }
}
