package dev.tenon.catalog.internal.content;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/** Who may write what, where a file system knows of it. */
final class Modes {
  private static final String FILE = "r--r--r--";
  private static final String FROZEN = "r-xr-xr-x";
  private static final String OPEN = "rwxr-xr-x";

  private Modes() {}

  /** Nobody writes the file. */
  static void freezeFile(Path file) throws IOException {
    if (!set(file, FILE) && !file.toFile().setReadOnly()) {
      throw new IOException(file + " stays writable");
    }
  }

  /** The file can be deleted; only Windows asks for it. */
  static void thawFile(Path file) throws IOException {
    if (!isPosix(file) && !file.toFile().setWritable(true)) {
      throw new IOException(file + " stays read-only");
    }
  }

  /** Nobody adds, renames or deletes below the directory, deepest first. */
  static void freezeDirectories(Path root) throws IOException {
    for (Path directory : directories(root).stream().sorted((a, b) -> b.compareTo(a)).toList()) {
      set(directory, FROZEN);
    }
  }

  /** The directory can be moved, and what is in it deleted. */
  static void thawDirectory(Path directory) throws IOException {
    set(directory, OPEN);
  }

  /** A directory and all below it. */
  static List<Path> directories(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(x -> Files.isDirectory(x, LinkOption.NOFOLLOW_LINKS)).toList();
    }
  }

  private static boolean isPosix(Path path) {
    return Files.getFileAttributeView(path, PosixFileAttributeView.class) != null;
  }

  private static boolean set(Path path, String permissions) throws IOException {
    PosixFileAttributeView view =
        Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    if (view == null) {
      return false;
    }
    view.setPermissions(PosixFilePermissions.fromString(permissions));
    return true;
  }
}
