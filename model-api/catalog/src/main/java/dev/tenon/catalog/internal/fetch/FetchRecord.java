package dev.tenon.catalog.internal.fetch;

import dev.tenon.catalog.source.Fetched;
import dev.tenon.checkpoint.CheckpointDirectory;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.FileTree;
import dev.tenon.internal.Json;
import dev.tenon.internal.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What {@code tenon.json} says of a fetched directory, under its key {@code fetch}: {@code digest}
 * of the tree without this file, {@code asked}, {@code origin}, and {@code files} with {@code
 * path}, {@code bytes} and {@code sha256}. Other members came with the files and stay.
 *
 * @param asked what identified the request
 * @param fetched what came
 * @param files SHA-256 by path
 */
record FetchRecord(Map<String, String> asked, Fetched fetched, SortedMap<String, String> files) {
  static final String FILE = CheckpointDirectory.MARK;
  private static final String KEY = "fetch";

  /** The record of a directory, if it has one. */
  static Optional<FetchRecord> read(Path directory) {
    Path file = directory.resolve(FILE);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    try {
      return Json.readObject(file).findObject(KEY).map(FetchRecord::of);
    } catch (InvalidInputException e) {
      // Whoever wrote it, it was not us; the directory is left alone.
      return Optional.empty();
    }
  }

  private static FetchRecord of(JsonObject record) {
    SortedMap<String, String> files = new TreeMap<>();
    record.objects("files").forEach(x -> files.put(x.string("path"), x.string("sha256")));
    Fetched fetched = new Fetched(record.string("digest"), texts(record.object("origin")));
    return new FetchRecord(texts(record.object("asked")), fetched, files);
  }

  private static Map<String, String> texts(JsonObject object) {
    Map<String, String> texts = new TreeMap<>();
    object.keys().forEach(x -> texts.put(x, object.string(x)));
    return texts;
  }

  /** Whether the directory holds these files with these contents; others are not looked at. */
  boolean holds(Path directory) throws IOException {
    for (Map.Entry<String, String> each : files.entrySet()) {
      Path file = directory.resolve(each.getKey());
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
          || !FileTree.sha256(file).equals(each.getValue())) {
        return false;
      }
    }
    return FileTree.digest(files).equals(fetched.digest());
  }

  /** Writes it into a directory that has all files. */
  void write(Path directory) throws IOException {
    Map<String, @Nullable Object> members = new LinkedHashMap<>(others(directory.resolve(FILE)));
    Map<String, Object> record = new LinkedHashMap<>();
    record.put("digest", fetched.digest());
    record.put("asked", new TreeMap<>(asked));
    record.put("origin", fetched.origin());
    record.put("files", list(directory));
    members.put(KEY, record);
    Files.write(directory.resolve(FILE), Json.prettyBytes(members));
  }

  private static Map<String, @Nullable Object> others(Path file) {
    return Files.exists(file) ? Json.readObject(file).toMap() : Map.of();
  }

  private List<Object> list(Path directory) throws IOException {
    List<Object> list = new ArrayList<>();
    for (Map.Entry<String, String> each : files.entrySet()) {
      Map<String, Object> file = new LinkedHashMap<>();
      file.put("path", each.getKey());
      file.put("bytes", Files.size(directory.resolve(each.getKey())));
      file.put("sha256", each.getValue());
      list.add(file);
    }
    return list;
  }
}
