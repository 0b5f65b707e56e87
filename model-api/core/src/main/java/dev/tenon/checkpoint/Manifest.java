package dev.tenon.checkpoint;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.FileTree;
import dev.tenon.internal.Json;
import dev.tenon.internal.JsonObject;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What a committed directory holds: {@code manifest.json} with {@code {"files": [{"path", "bytes",
 * "sha256"}, …]}}, paths with forward slashes, sorted.
 *
 * @param files by path
 */
record Manifest(SortedMap<String, Entry> files) {
  static final String NAME = "manifest.json";
  private static final int SHOWN = 8;

  /** Names with slashes between them, none of which is empty, "." or "..". */
  private static final Pattern INSIDE =
      Pattern.compile("(?!\\.\\.?(/|$))[^/\\\\\\x00]+(/(?!\\.\\.?(/|$))[^/\\\\\\x00]+)*");

  /** Size in bytes and SHA-256 in lower-case hexadecimal digits. */
  record Entry(long bytes, String sha256) {}

  /** Describes the files of a directory, but for an older manifest; links are refused. */
  static Manifest of(Path directory) throws IOException {
    SortedMap<String, Entry> files = new TreeMap<>();
    for (Map.Entry<String, Path> file : FileTree.files(directory).entrySet()) {
      if (!file.getKey().equals(NAME)) {
        Path path = file.getValue();
        files.put(file.getKey(), new Entry(Files.size(path), FileTree.sha256(path)));
      }
    }
    return new Manifest(files);
  }

  void write(Path directory) throws IOException {
    List<Object> list = new ArrayList<>();
    files.forEach(
        (path, entry) -> {
          Map<String, Object> file = new LinkedHashMap<>();
          file.put("path", path);
          file.put("bytes", entry.bytes());
          file.put("sha256", entry.sha256());
          list.add(file);
        });
    Files.write(directory.resolve(NAME), Json.prettyBytes(Map.of("files", list)));
  }

  /** Reads the manifest of a directory. */
  static Manifest read(Path directory) {
    try {
      return parse(directory);
    } catch (InvalidInputException e) {
      throw new CheckpointException(directory + ": " + e.getMessage(), e);
    }
  }

  private static Manifest parse(Path directory) {
    JsonObject json = Json.readObject(directory.resolve(NAME));
    SortedMap<String, Entry> files = new TreeMap<>();
    for (JsonObject file : json.objects("files")) {
      String path = file.string("path");
      if (!INSIDE.matcher(path).matches() || files.containsKey(path)) {
        throw file.problem("path", "a path inside of the directory, listed once");
      }
      files.put(path, new Entry(file.integer("bytes"), file.string("sha256")));
    }
    return new Manifest(files);
  }

  /**
   * Reports files that are missing, changed or not listed (hidden ones excepted); contents are read
   * only if asked.
   */
  void check(Path directory, boolean contents) throws IOException {
    List<String> wrong = new ArrayList<>();
    SortedMap<String, Path> found = FileTree.files(directory);
    for (Map.Entry<String, Entry> listed : files.entrySet()) {
      Path file = found.remove(listed.getKey());
      Entry entry = listed.getValue();
      if (file == null) {
        wrong.add(Problems.problem(listed.getKey(), "missing", entry.bytes() + " bytes"));
      } else if (Files.size(file) != entry.bytes()) {
        wrong.add(
            Problems.problem(
                listed.getKey(), Files.size(file) + " bytes", String.valueOf(entry.bytes())));
      } else if (contents && !FileTree.sha256(file).equals(entry.sha256())) {
        wrong.add(Problems.problem(listed.getKey(), "changed", "sha256 " + entry.sha256()));
      }
    }
    found.remove(NAME);
    found.keySet().stream()
        .filter(x -> !x.startsWith("."))
        .forEach(x -> wrong.add(Problems.problem(x, "not in " + NAME, "only listed files")));
    if (!wrong.isEmpty()) {
      String shown = String.join("; ", wrong.subList(0, Math.min(SHOWN, wrong.size())));
      String more = wrong.size() > SHOWN ? "; and " + (wrong.size() - SHOWN) + " more" : "";
      throw new CheckpointException(directory + ": " + shown + more);
    }
  }
}
