package dev.tenon.catalog.internal.archive;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Durable;
import dev.tenon.internal.FileTree;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Reads archives as a stream, within a budget: tar and gzip need no more memory than their names.
 * Safe for threads.
 */
public final class ArchiveReader {
  private ArchiveReader() {}

  /**
   * Shows the entries of a tar, packed or not.
   *
   * @param name of the archive, for messages
   * @throws InvalidInputException naming the archive and the entry, if one is not safe, the archive
   *     is beyond the budget or damaged
   * @throws IOException that the visitor threw
   */
  public static void readTar(
      String name,
      InputStream archive,
      ArchiveFormat format,
      ArchiveBudget budget,
      ArchiveVisitor visitor)
      throws IOException {
    new TarReader(name, new Unpacked(name, archive, format, budget), budget, visitor).read();
  }

  /**
   * Shows the entries of a file.
   *
   * @throws InvalidInputException as {@link #readTar} does, and if the file's name is no archive's
   * @throws IOException if there is no such file, or that the visitor threw
   */
  public static void read(Path archive, ArchiveBudget budget, ArchiveVisitor visitor)
      throws IOException {
    String name = String.valueOf(archive.getFileName());
    ArchiveFormat format =
        ArchiveFormat.named(name)
            .orElseThrow(() -> ArchiveFault.of(name, "unknown", ".tar.gz, .tgz, .tar or .zip"));
    read(archive, format, budget, visitor);
  }

  /** The same for a file whose name says nothing. */
  public static void read(
      Path archive, ArchiveFormat format, ArchiveBudget budget, ArchiveVisitor visitor)
      throws IOException {
    if (format == ArchiveFormat.ZIP) {
      new ZipReader(archive, budget, visitor).read();
      return;
    }
    try (InputStream in = Files.newInputStream(archive)) {
      readTar(String.valueOf(archive.getFileName()), in, format, budget, visitor);
    }
  }

  /**
   * Unpacks a file. The destination has everything afterwards, synced to disk, or is as it was.
   *
   * @param destination a directory that does not exist or is empty
   * @throws InvalidInputException as {@link #read(Path, ArchiveBudget, ArchiveVisitor)} does, and
   *     if the destination holds anything
   * @throws IOException if a file cannot be read or written
   */
  public static void extract(Path archive, Path destination, ArchiveBudget budget)
      throws IOException {
    extract(archive, destination, budget, false);
  }

  /** The same without the one directory that everything in the archive lies in, if there is one. */
  public static void extractInner(Path archive, Path destination, ArchiveBudget budget)
      throws IOException {
    extract(archive, destination, budget, true);
  }

  private static void extract(Path archive, Path destination, ArchiveBudget budget, boolean inner)
      throws IOException {
    requireEmpty(destination);
    Path fresh = Durable.temporaryBeside(destination.toAbsolutePath());
    try {
      Files.createDirectories(fresh);
      read(archive, budget, new Extraction(fresh, archive));
      FileTree.sync(fresh);
      Durable.rename(inner ? only(fresh) : fresh, destination);
    } finally {
      Durable.deleteTree(fresh);
    }
  }

  /** The only directory in one that holds nothing else, or itself. */
  private static Path only(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      List<Path> all = entries.limit(2).toList();
      return all.size() == 1 && Files.isDirectory(all.get(0)) ? all.get(0) : directory;
    }
  }

  private static void requireEmpty(Path destination) throws IOException {
    if (!Files.exists(destination)) {
      return;
    }
    try (Stream<Path> entries = Files.list(destination)) {
      if (entries.findAny().isEmpty()) {
        return;
      }
    } catch (NotDirectoryException e) {
      throw notEmpty(destination);
    }
    throw notEmpty(destination);
  }

  private static InvalidInputException notEmpty(Path destination) {
    return new InvalidInputException(
        Problems.problem("destination", destination, "a new or empty directory"));
  }

  /** Writes entries below a directory that nobody else writes. */
  private record Extraction(Path root, Path archive) implements ArchiveVisitor {
    @Override
    public void directory(String path) throws IOException {
      Files.createDirectories(below(path));
    }

    @Override
    public void file(String path, InputStream content) throws IOException {
      Path file = below(path);
      Files.createDirectories(Durable.parent(file));
      Files.copy(content, file);
    }

    private Path below(String path) {
      try {
        return root.resolve(path);
      } catch (InvalidPathException e) {
        throw ArchiveFault.at(String.valueOf(archive), path, e.getReason(), "a name of a file");
      }
    }
  }
}
