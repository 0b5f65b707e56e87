package dev.tenon.nn.script;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A TorchScript module without parameters, packaged by Java: the bytes that {@code
 * torch::jit::load} and Python's {@code torch.jit.load} accept, made from the text of the module's
 * methods.
 *
 * <p>The archive is a zip with stored entries under the folder {@code k}: {@code data.pkl} (the
 * object, one field {@code training}), {@code code/__torch__.py} (the class {@code Kernels} with
 * the given methods), {@code constants.pkl} (none), {@code version} ({@code 10}: today's operators,
 * not those of old files) and {@code byteorder} ({@code little}). Equal texts give equal bytes on
 * every host.
 *
 * <p>The text is not checked here: libtorch compiles it when the archive is loaded. Immutable and
 * safe for use by any thread.
 */
public final class ScriptArchive {

  private static final String HEADER =
      """
      class Kernels(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
      """;

  private static final int HEADER_LINES = 4;
  private static final String INDENT = "  ";

  // PROTO 2, __torch__.Kernels.__new__(), BUILD {"training": True}, STOP.
  private static final byte[] DATA_PICKLE =
      "\u0080\u0002c__torch__\nKernels\nq\0)\u0081}(X\u0008\0\0\0trainingq\u0001\u0088ub."
          .getBytes(ISO_8859_1);
  // PROTO 2, EMPTY_TUPLE, STOP.
  private static final byte[] CONSTANTS_PICKLE = "\u0080\u0002).".getBytes(ISO_8859_1);

  // Not 1980-01-01: the JDK then adds an extended timestamp that depends on the host's time zone.
  private static final LocalDateTime ENTRY_TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

  private final String text;
  private final byte[] bytes;

  private ScriptArchive(String text) {
    this.text = text;
    this.bytes = zip(text);
  }

  /**
   * Packages a module from the text of its methods.
   *
   * @param methods one or more parts, joined by a newline, each holding complete {@code def}
   *     blocks; the indentation that all lines of a part share is replaced by that of a class body
   * @throws InvalidInputException if there is no method in the text
   */
  public static ScriptArchive of(String... methods) {
    String body =
        Arrays.stream(methods).map(ScriptArchive::classBody).collect(Collectors.joining());
    if (!body.contains(INDENT + "def ")) {
      throw new InvalidInputException(
          Problems.problem("script", "no method", "at least one 'def'"));
    }
    return new ScriptArchive(HEADER + body);
  }

  /**
   * The indentation that all lines of a part share and that {@link #of} takes away; comments and
   * blank lines do not count.
   */
  // Not String.stripIndent: a last line without text counts for it, and so would a comment.
  public static int commonIndentation(String part) {
    return part.lines()
        .filter(line -> !line.isBlank() && !line.stripLeading().startsWith("#"))
        .mapToInt(ScriptArchive::indentation)
        .min()
        .orElse(0);
  }

  private static String classBody(String part) {
    int common = commonIndentation(part);
    return part.lines()
        .map(line -> line.substring(Math.min(common, indentation(line))))
        .map(line -> line.isBlank() ? "\n" : INDENT + line + "\n")
        .collect(Collectors.joining());
  }

  static int indentation(String line) {
    return line.length() - line.stripLeading().length();
  }

  /** The whole code file: the class header and the methods, as libtorch's messages number it. */
  public String text() {
    return text;
  }

  /**
   * The line of the methods' text that a line of {@link #text()} came from.
   *
   * @param textLine line in {@code text()}, from 1
   * @return line in the joined parts given to {@link #of}, from 1; 0 or less in the class header
   */
  public static int methodsLine(int textLine) {
    return textLine - HEADER_LINES;
  }

  /**
   * The column of the methods' text that a column of {@link #text()} came from, both from 1; it
   * does not count the indentation that all lines of a part share.
   */
  public static int methodsColumn(int textColumn) {
    return textColumn - INDENT.length();
  }

  /** A copy of the archive's bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** A new stream over the archive's bytes. */
  public InputStream open() {
    return new ByteArrayInputStream(bytes);
  }

  /** Digest of {@link #bytes()}, 64 lower-case hexadecimal digits. */
  public String sha256() {
    return sha256(bytes);
  }

  private static byte[] zip(String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(text.length() + 1024);
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      store(zip, "data.pkl", DATA_PICKLE);
      store(zip, "code/__torch__.py", text.getBytes(UTF_8));
      store(zip, "constants.pkl", CONSTANTS_PICKLE);
      store(zip, "version", "10\n".getBytes(UTF_8));
      store(zip, "byteorder", "little".getBytes(UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  // libtorch reads entries in place, so they are stored, with sizes in the local header.
  private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(content);
    ZipEntry entry = new ZipEntry("k/" + name);
    entry.setMethod(ZipEntry.STORED);
    entry.setTimeLocal(ENTRY_TIME);
    entry.setSize(content.length);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ScriptArchive that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** Size and digest, for logs. */
  @Override
  public String toString() {
    return "ScriptArchive(" + bytes.length + " bytes, sha256=" + sha256() + ")";
  }
}
