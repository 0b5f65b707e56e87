package dev.tenon.catalog;

import dev.tenon.internal.FileTree;
import dev.tenon.internal.Json;
import dev.tenon.internal.JsonException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a dataset's files tell of themselves. */
final class DatasetForm {
  private static final int MOST_LINE = 1 << 20;

  private DatasetForm() {}

  /**
   * Tags of a dataset: {@code format}, the extensions of its files, and, where the first of them
   * has JSON lines, {@code schema}, the keys of its first line. Both are sorted, with commas
   * between them.
   */
  static Map<String, String> of(Path directory) throws IOException {
    Map<String, String> tags = new TreeMap<>();
    TreeSet<String> formats = new TreeSet<>();
    List<Path> lines = new ArrayList<>();
    for (Map.Entry<String, Path> file : FileTree.files(directory).entrySet()) {
      String name = file.getKey().substring(file.getKey().lastIndexOf('/') + 1);
      int dot = name.lastIndexOf('.');
      if (!name.equals("tenon.json") && dot > 0) {
        String extension = name.substring(dot + 1).toLowerCase(Locale.ROOT);
        formats.add(extension);
        if (extension.equals("jsonl")) {
          lines.add(file.getValue());
        }
      }
    }
    if (!formats.isEmpty()) {
      tags.put("format", String.join(",", formats));
    }
    if (!lines.isEmpty()) {
      String keys = keys(lines.get(0));
      if (!keys.isEmpty()) {
        tags.put("schema", keys);
      }
    }
    return tags;
  }

  private static String keys(Path file) throws IOException {
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      char[] start = new char[MOST_LINE];
      int count = reader.read(start);
      String line = count < 1 ? "" : new String(start, 0, count).lines().findFirst().orElse("");
      Object value = Json.parse(line.getBytes(StandardCharsets.UTF_8), String.valueOf(file));
      return value instanceof Map<?, ?> map
          ? String.join(",", new TreeSet<>(map.keySet().stream().map(String::valueOf).toList()))
          : "";
    } catch (JsonException | CharacterCodingException e) {
      // A job that reads the file tells what is wrong with it.
      return "";
    }
  }
}
