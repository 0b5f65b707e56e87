package dev.tenon.catalog.internal.archive;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One block that begins an entry (POSIX.1-2017, pax, section "ustar Interchange Format", and GNU
 * tar's manual, "Basic Tar Format").
 */
final class TarHeader {
  /** Bytes of a block. */
  static final int BLOCK = 512;

  private static final int CHECKSUM = 148;
  private static final int CHECKSUM_BYTES = 8;
  private static final int TYPE = 156;
  private static final byte[] POSIX = {'u', 's', 't', 'a', 'r', 0};

  private final String archive;
  private final byte[] block;

  private TarHeader(String archive, byte[] block) {
    this.archive = archive;
    this.block = block;
  }

  /** Of a block whose checksum is right. */
  static TarHeader of(String archive, byte[] block) {
    TarHeader header = new TarHeader(archive, block);
    long sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      boolean own = i >= CHECKSUM && i < CHECKSUM + CHECKSUM_BYTES;
      sum += own ? ' ' : block[i] & 0xFF;
    }
    if (header.number(CHECKSUM, CHECKSUM_BYTES) != sum) {
      throw ArchiveFault.of(archive, "a block whose checksum is wrong", "a whole tar");
    }
    return header;
  }

  static boolean isZero(byte[] block) {
    for (byte value : block) {
      if (value != 0) {
        return false;
      }
    }
    return true;
  }

  char type() {
    return (char) (block[TYPE] & 0xFF);
  }

  long size() {
    return number(124, 12);
  }

  /** The name in this block, which a block before it may replace. */
  String name() {
    String name = text(archive, field(0, 100));
    if (!Arrays.equals(block, 257, 257 + POSIX.length, POSIX, 0, POSIX.length)) {
      return name;
    }
    String prefix = text(archive, field(345, 155));
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  private byte[] field(int offset, int length) {
    int end = offset;
    while (end < offset + length && block[end] != 0) {
      end++;
    }
    return Arrays.copyOfRange(block, offset, end);
  }

  /** Octal digits, or GNU's form for large numbers: a first bit, then the number's bytes. */
  private long number(int offset, int length) {
    if ((block[offset] & 0x80) != 0) {
      return binary(offset, length);
    }
    String digits = text(archive, field(offset, length)).strip();
    try {
      return digits.isEmpty() ? 0 : Long.parseUnsignedLong(digits, 8);
    } catch (NumberFormatException e) {
      throw ArchiveFault.of(archive, digits, "octal digits in a tar");
    }
  }

  private long binary(int offset, int length) {
    long value = block[offset] & 0x7F;
    for (int i = 1; i < length; i++) {
      if (value >> 54 != 0) {
        throw ArchiveFault.of(archive, "a number beyond all sizes", "a size");
      }
      value = (value << 8) | (block[offset + i] & 0xFF);
    }
    return value;
  }

  /** UTF-8. */
  static String text(String archive, byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      String shown = new String(bytes, StandardCharsets.ISO_8859_1);
      throw ArchiveFault.at(archive, shown, e.getClass().getSimpleName(), "a name in UTF-8");
    }
  }
}
