package dev.tenon.catalog.internal.archive;

import java.io.IOException;
import java.io.InputStream;

/**
 * Sees the entries of an archive in their order. What it saw counts only when the reading ends
 * without an exception: a later entry may refuse the whole archive.
 */
public interface ArchiveVisitor {
  /**
   * A directory, once.
   *
   * @param path checked; names with slashes between them
   */
  default void directory(String path) throws IOException {}

  /**
   * A file, once.
   *
   * @param path checked; names with slashes between them
   * @param content to its end; what is left of it is skipped
   */
  void file(String path, InputStream content) throws IOException;
}
