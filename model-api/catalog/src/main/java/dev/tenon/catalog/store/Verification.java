package dev.tenon.catalog.store;

import dev.tenon.error.CheckpointException;
import dev.tenon.internal.FileTree;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads a version again. */
final class Verification {
  private final Parts parts;

  Verification(Parts parts) {
    this.parts = parts;
  }

  void of(StoredVersion version) {
    SortedMap<String, String> expected = new TreeMap<>();
    parts.read(
        (sql, versions) ->
            sql.all(
                "SELECT path, sha256 FROM file WHERE digest = ?",
                row -> expected.put(row.getString(1), row.getString(2)),
                versions.again(version).version().digest()));
    Path tree = parts.contents().tree(version.digest());
    Problems problems = new Problems();
    parts.run(
        () -> {
          SortedMap<String, Path> found =
              Files.isDirectory(tree) ? FileTree.files(tree) : new TreeMap<>();
          compare(expected, found, problems);
          return true;
        });
    problems.throwIfAny(
        text -> new CheckpointException(version.ref().text() + " in " + tree + ": " + text));
  }

  private static void compare(
      SortedMap<String, String> expected, SortedMap<String, Path> found, Problems problems)
      throws IOException {
    for (Map.Entry<String, String> file : expected.entrySet()) {
      Path path = found.get(file.getKey());
      String sha256 = path == null ? "missing" : FileTree.sha256(path);
      problems.check(
          sha256.equals(file.getValue()), file.getKey(), sha256, "sha256 " + file.getValue());
    }
    for (String path : found.keySet()) {
      problems.check(expected.containsKey(path), path, "not of the version", "no such file");
    }
  }
}
