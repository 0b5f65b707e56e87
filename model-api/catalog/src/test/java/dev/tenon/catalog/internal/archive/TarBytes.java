package dev.tenon.catalog.internal.archive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.GZIPOutputStream;

/** Writes tars block by block, those too that no tar program writes. */
public final class TarBytes {
  private static final int BLOCK = 512;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** A file. */
  public TarBytes file(String name, byte[] content) {
    return entry('0', name, content.length, content);
  }

  /** A file of a text. */
  public TarBytes file(String name, String content) {
    return file(name, content.getBytes(UTF_8));
  }

  /** An entry without content. */
  public TarBytes entry(char type, String name) {
    return entry(type, name, 0, new byte[0]);
  }

  /** An entry whose header may say another size than it has. */
  public TarBytes entry(char type, String name, long size, byte[] content) {
    byte[] header = header(name.getBytes(UTF_8), type, size);
    sign(header);
    return raw(header).raw(content).raw(new byte[-content.length & (BLOCK - 1)]);
  }

  /** A record of pax before the next entry. */
  public TarBytes pax(String key, String value) {
    String rest = " " + key + "=" + value + "\n";
    int length = rest.getBytes(UTF_8).length;
    int all = length + Integer.toString(length).length();
    all = length + Integer.toString(all).length();
    return entry('x', "pax", (all + rest).getBytes(UTF_8));
  }

  /** A long name of GNU before the next entry. */
  public TarBytes gnu(String name) {
    return entry('L', "././@LongLink", (name + "\0").getBytes(UTF_8));
  }

  /** An entry of a type with content. */
  public TarBytes entry(char type, String name, byte[] content) {
    return entry(type, name, content.length, content);
  }

  /** Bytes as they are. */
  public TarBytes raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  private static byte[] header(byte[] name, char type, long size) {
    byte[] block = new byte[BLOCK];
    System.arraycopy(name, 0, block, 0, Math.min(name.length, 100));
    put(block, 100, "0000644\0" + "0000000\0" + "0000000\0");
    put(block, 124, String.format("%011o\0%011o\0", size, 0));
    block[156] = (byte) type;
    put(block, 257, "ustar\00000");
    return block;
  }

  private static void put(byte[] block, int at, String text) {
    byte[] bytes = text.getBytes(ISO_8859_1);
    System.arraycopy(bytes, 0, block, at, bytes.length);
  }

  private static void sign(byte[] block) {
    put(block, 148, "        ");
    int sum = 0;
    for (byte value : block) {
      sum += value & 0xFF;
    }
    put(block, 148, String.format("%06o\0 ", sum));
  }

  /** Without an end. */
  public byte[] open() {
    return out.toByteArray();
  }

  /** With its end. */
  public byte[] tar() {
    return raw(new byte[2 * BLOCK]).open();
  }

  /** With its end, packed. */
  public byte[] tarGz() {
    return gzip(tar());
  }

  /** Packs bytes. */
  public static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }
}
