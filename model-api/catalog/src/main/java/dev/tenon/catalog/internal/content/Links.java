package dev.tenon.catalog.internal.content;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** How a file gets a second name. */
@FunctionalInterface
public interface Links {
  /** Hard links; where the file system has none, or no more for this file, none. */
  Links HARD =
      (existing, made) -> {
        try {
          Files.createLink(made, existing);
          return true;
        } catch (NoSuchFileException | FileAlreadyExistsException e) {
          throw e;
        } catch (UnsupportedOperationException | FileSystemException e) {
          // The copy that is made instead tells of a full disk or a missing right.
          return false;
        }
      };

  /** None at all. */
  Links NONE = (existing, made) -> false;

  /** Gives a file a second name; false if it cannot have one. */
  boolean link(Path existing, Path made) throws IOException;
}
