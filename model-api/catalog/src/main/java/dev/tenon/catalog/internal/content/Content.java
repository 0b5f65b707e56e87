package dev.tenon.catalog.internal.content;

import dev.tenon.internal.FileTree;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a directory holds.
 *
 * @param files by their path
 * @param digest of all of them
 * @param bytes of all of them
 */
public record Content(SortedMap<String, Entry> files, String digest, long bytes) {
  /**
   * One file.
   *
   * @param sha256 of what it holds
   * @param bytes its size
   */
  public record Entry(String sha256, long bytes) {}

  /** Copies. */
  public Content {
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
  }

  static Content of(SortedMap<String, Entry> files) {
    SortedMap<String, String> digests = new TreeMap<>();
    files.forEach((path, entry) -> digests.put(path, entry.sha256()));
    long bytes = files.values().stream().mapToLong(Entry::bytes).sum();
    return new Content(files, FileTree.digest(digests), bytes);
  }
}
