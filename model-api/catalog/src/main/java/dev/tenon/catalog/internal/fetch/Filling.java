package dev.tenon.catalog.internal.fetch;

import dev.tenon.internal.FileTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** A directory on its way to its name. Safe for threads that fill different files. */
public final class Filling {
  private final Path directory;
  private final Path work;
  private final Map<String, String> known = new ConcurrentHashMap<>();

  Filling(Path directory, Path work) {
    this.directory = directory;
    this.work = work;
  }

  /** Where the files of the result go; it may hold those of a broken attempt. */
  public Path directory() {
    return directory;
  }

  /** Where an archive, objects or parts wait; private, and gone after success. */
  public Path work() {
    return work;
  }

  /** A place below {@link #work} for the unfinished file of a path. */
  public Path part(String path) {
    byte[] digest = FileTree.sha256().digest(path.getBytes(StandardCharsets.UTF_8));
    return work.resolve("parts").resolve(HexFormat.of().formatHex(digest, 0, 16));
  }

  /** A file of {@link #directory} was verified to have this digest: it is not read again. */
  public void known(String path, String sha256) {
    known.put(path, sha256);
  }

  /** Deletes what broken attempts left in {@link #directory}, but for these paths. */
  public void retain(Collection<String> paths) throws IOException {
    Set<String> kept = Set.copyOf(paths);
    for (Map.Entry<String, Path> each : FileTree.files(directory).entrySet()) {
      if (!kept.contains(each.getKey())) {
        Files.delete(each.getValue());
      }
    }
  }

  /** Path and SHA-256 of all files but the record. */
  SortedMap<String, String> digests() throws IOException {
    SortedMap<String, String> digests = new TreeMap<>();
    for (Map.Entry<String, Path> each : FileTree.files(directory).entrySet()) {
      String path = each.getKey();
      if (!path.equals(FetchRecord.FILE)) {
        String sha256 = known.get(path);
        digests.put(path, sha256 == null ? FileTree.sha256(each.getValue()) : sha256);
      }
    }
    return digests;
  }
}
