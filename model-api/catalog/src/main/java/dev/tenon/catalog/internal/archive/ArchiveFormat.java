package dev.tenon.catalog.internal.archive;

import java.util.Locale;
import java.util.Optional;

/** How files are packed. */
public enum ArchiveFormat {
  /** {@code .tar.gz}, {@code .tgz}. */
  TAR_GZ,
  /** {@code .tar}. */
  TAR,
  /** {@code .zip}. */
  ZIP;

  /** That of a file's name, upper or lower case; empty if it is no archive. */
  public static Optional<ArchiveFormat> named(String file) {
    String name = file.toLowerCase(Locale.ROOT);
    if (name.endsWith(".tar.gz") || name.endsWith(".tgz")) {
      return Optional.of(TAR_GZ);
    }
    if (name.endsWith(".tar")) {
      return Optional.of(TAR);
    }
    return name.endsWith(".zip") ? Optional.of(ZIP) : Optional.empty();
  }
}
