package dev.tenon.catalog.internal.content;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** How many names a file has. */
final class Sharing {
  private Sharing() {}

  /** Its hard links; 1 where the file system does not tell. */
  static int names(Path file) throws IOException {
    try {
      return Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS) instanceof Integer n
          ? n
          : 1;
    } catch (UnsupportedOperationException | IllegalArgumentException e) {
      return 1;
    } catch (NoSuchFileException e) {
      return 0;
    }
  }
}
