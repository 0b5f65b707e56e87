package dev.tenon.catalog.source.bucket;

import dev.tenon.catalog.internal.path.TreePaths;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.FileTree;
import dev.tenon.internal.Json;
import dev.tenon.internal.JsonObject;
import dev.tenon.internal.Problems;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A tree of files in a bucket: {@code {"format": "tenon-tree", "format_version": 1, "digest",
 * "files": {path: {"bytes", "sha256"}}, "about": {}}}.
 *
 * @param digest of the tree, SHA-256 over its files' paths and contents
 * @param files by path
 * @param about what whoever pushed it says of it; values of JSON
 */
public record BucketManifest(
    String digest, SortedMap<String, Entry> files, Map<String, @Nullable Object> about) {
  private static final String FORMAT = "tenon-tree";
  private static final long VERSION = 1;
  private static final int MOST_FILES = 100_000;
  private static final String SHA256 = "[0-9a-f]{64}";

  /**
   * Checks that the names are safe and the digest is that of the files.
   *
   * @throws InvalidInputException naming what is not
   */
  public BucketManifest {
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
    about = Collections.unmodifiableMap(new LinkedHashMap<>(about));
    if (files.size() > MOST_FILES) {
      throw new InvalidInputException(
          Problems.problem("files of a tree", files.size(), "at most " + MOST_FILES));
    }
    TreePaths.check("a tree in a bucket", files.keySet());
    SortedMap<String, String> digests = new TreeMap<>();
    files.forEach((path, entry) -> digests.put(path, entry.sha256()));
    if (!FileTree.digest(digests).equals(digest)) {
      throw new InvalidInputException(
          Problems.problem("digest of a tree in a bucket", digest, "that of its list of files"));
    }
  }

  /**
   * One file.
   *
   * @param bytes its size
   * @param sha256 of its content, in hexadecimal digits
   */
  public record Entry(long bytes, String sha256) {
    /**
     * Checks.
     *
     * @throws InvalidInputException if they can be no size or digest
     */
    public Entry {
      if (bytes < 0 || !sha256.matches(SHA256)) {
        throw new InvalidInputException(
            Problems.problem(
                "file of a tree", bytes + " bytes, " + sha256, "a size and a SHA-256"));
      }
    }
  }

  static BucketManifest parse(byte[] text, String source) {
    JsonObject json = Json.parseObject(text, source);
    if (!json.string("format", "").equals(FORMAT) || json.integer("format_version", 0) != VERSION) {
      throw json.problem("format", FORMAT + " of version " + VERSION);
    }
    JsonObject files = json.object("files");
    SortedMap<String, Entry> entries = new TreeMap<>();
    for (String path : files.keys()) {
      JsonObject file = files.object(path);
      entries.put(path, new Entry(file.integer("bytes"), file.string("sha256")));
    }
    return new BucketManifest(json.string("digest"), entries, json.object("about").toMap());
  }

  byte[] json() {
    Map<String, @Nullable Object> entries = new LinkedHashMap<>();
    files.forEach(
        (path, entry) ->
            entries.put(path, Map.of("bytes", entry.bytes(), "sha256", entry.sha256())));
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("format", FORMAT);
    json.put("format_version", VERSION);
    json.put("digest", digest);
    json.put("files", entries);
    json.put("about", about);
    return Json.prettyBytes(json);
  }

  /** Bytes of all files. */
  public long bytes() {
    long sum = 0;
    for (Entry each : files.values()) {
      try {
        sum = Math.addExact(sum, each.bytes());
      } catch (ArithmeticException e) {
        return Long.MAX_VALUE;
      }
    }
    return sum;
  }
}
