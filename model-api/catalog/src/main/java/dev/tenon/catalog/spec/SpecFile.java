package dev.tenon.catalog.spec;

import dev.tenon.catalog.internal.archive.ArchiveBudget;
import dev.tenon.catalog.internal.archive.ArchiveFormat;
import dev.tenon.catalog.internal.archive.ArchiveReader;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A description as it is registered: a {@code .yaml} or {@code .yml} file, or a {@code .tar.gz} or
 * {@code .tgz} with exactly one of them in it. Immutable and safe for threads.
 */
public final class SpecFile {
  private static final int SHOWN = 10;

  private final String name;
  private final byte[] bytes;
  private final ModelSpec spec;

  private SpecFile(String name, byte[] bytes, ModelSpec spec) {
    this.name = name;
    this.bytes = bytes;
    this.spec = spec;
  }

  /**
   * Reads a file. Nothing is written, an archive is read within 4 MiB and 10,000 entries.
   *
   * @throws InvalidSpecException with all errors of the description
   * @throws InvalidInputException if the file cannot be read, is neither a description nor an
   *     archive, or the archive is damaged, unsafe, or holds no description or more than one
   */
  public static SpecFile read(Path file, SpecReader reader) {
    String name = file.toString();
    try {
      if (isYaml(name)) {
        return described(name, SpecReader.start(file), reader);
      }
      requireArchive(name);
      try (InputStream in = Files.newInputStream(file)) {
        return packed(name, in, reader);
      }
    } catch (IOException e) {
      throw unreadable(name, e);
    }
  }

  /**
   * The same of bytes that were brought.
   *
   * @param name that tells what they are, for instance the end of an address
   * @throws InvalidSpecException with all errors of the description
   * @throws InvalidInputException as {@link #read} does
   */
  public static SpecFile of(String name, byte[] content, SpecReader reader) {
    if (isYaml(name)) {
      return described(name, content.clone(), reader);
    }
    requireArchive(name);
    try {
      return packed(name, new ByteArrayInputStream(content), reader);
    } catch (IOException e) {
      throw unreadable(name, e);
    }
  }

  /** Where it was read; a file of an archive is {@code archive!path}. */
  public String name() {
    return name;
  }

  /** The document's bytes; a copy. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** What it says. */
  public ModelSpec spec() {
    return spec;
  }

  /** Its name; not what it says. */
  @Override
  public String toString() {
    return "SpecFile[name=" + name + ", bytes=" + bytes.length + "]";
  }

  private static boolean isYaml(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".yaml") || lower.endsWith(".yml");
  }

  private static void requireArchive(String name) {
    if (!ArchiveFormat.named(name).equals(Optional.of(ArchiveFormat.TAR_GZ))) {
      throw new InvalidInputException(
          Problems.problem("description", name, "a .yaml, .yml, .tar.gz or .tgz file"));
    }
  }

  private static InvalidInputException unreadable(String name, IOException cause) {
    return new InvalidInputException(
        Problems.problem("description", name, "a readable file"), cause);
  }

  private static SpecFile described(String name, byte[] bytes, SpecReader reader) {
    return new SpecFile(name, bytes, reader.read(name, bytes));
  }

  private static SpecFile packed(String name, InputStream archive, SpecReader reader)
      throws IOException {
    List<String> found = new ArrayList<>();
    List<byte[]> first = new ArrayList<>();
    ArchiveReader.readTar(
        name,
        archive,
        ArchiveFormat.TAR_GZ,
        ArchiveBudget.DESCRIPTION,
        (path, content) -> {
          if (isYaml(path)) {
            found.add(path);
            if (first.isEmpty()) {
              first.add(content.readNBytes(SpecReader.MOST_BYTES + 1));
            }
          }
        });
    if (found.size() != 1) {
      String all = String.join(", ", found.subList(0, Math.min(found.size(), SHOWN)));
      throw new InvalidInputException(
          Problems.problem(
              "archive " + name,
              found.size() + " descriptions " + all,
              "exactly one .yaml or .yml file"));
    }
    return described(name + "!" + found.get(0), first.get(0), reader);
  }
}
