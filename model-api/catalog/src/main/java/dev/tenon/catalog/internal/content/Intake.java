package dev.tenon.catalog.internal.content;

import dev.tenon.catalog.internal.path.TreePaths;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.FileTree;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Makes a directory ready to be kept: on disk, read-only, its digests known. */
public final class Intake {
  private final Contents contents;

  /** For a store's contents. */
  public Intake(Contents contents) {
    this.contents = contents;
  }

  /**
   * Reads a directory. Its files become read-only; directories without files are removed; a file
   * that has another name elsewhere is replaced by a copy, for through that name it could change.
   *
   * @throws InvalidInputException if a path is not portable, or there are no files
   * @throws dev.tenon.error.CheckpointException for a link or a special file
   */
  public Content read(Path directory) throws IOException {
    SortedMap<String, Path> files = FileTree.files(directory);
    if (files.isEmpty()) {
      throw new InvalidInputException(
          Problems.problem(String.valueOf(directory), "no files", "at least one"));
    }
    TreePaths.check(String.valueOf(directory), files.keySet());
    removeEmpty(directory);
    SortedMap<String, Content.Entry> entries = new TreeMap<>();
    for (var file : files.entrySet()) {
      entries.put(file.getKey(), read(file.getValue(), Files.size(file.getValue())));
    }
    return Content.of(entries);
  }

  private Content.Entry read(Path file, long bytes) throws IOException {
    if (Sharing.names(file) > 1) {
      String sha256 = FileTree.sha256(file);
      if (contents.isBlob(file, sha256)) {
        return new Content.Entry(sha256, bytes);
      }
      Copies.copy(file, file);
    }
    Copies.sync(file);
    Modes.freezeFile(file);
    return new Content.Entry(FileTree.sha256(file), Files.size(file));
  }

  private static void removeEmpty(Path root) throws IOException {
    List<Path> deepestFirst =
        Modes.directories(root).stream().sorted((a, b) -> b.compareTo(a)).toList();
    for (Path directory : deepestFirst) {
      if (!directory.equals(root) && isEmpty(directory)) {
        Files.delete(directory);
      }
    }
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (Stream<Path> children = Files.list(directory)) {
      return children.findAny().isEmpty();
    }
  }
}
