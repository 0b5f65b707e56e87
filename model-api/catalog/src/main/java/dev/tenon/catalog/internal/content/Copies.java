package dev.tenon.catalog.internal.content;

import dev.tenon.internal.Durable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Copies that are on disk before they get their name. */
final class Copies {
  private Copies() {}

  /** Copies a file; one that has the name already, the source itself perhaps, is replaced. */
  static void copy(Path source, Path target) throws IOException {
    Path copy = Durable.temporaryBeside(target);
    Files.copy(source, copy);
    sync(copy);
    Modes.freezeFile(copy);
    Files.move(copy, target, StandardCopyOption.ATOMIC_MOVE);
  }

  /** A file that is read-only already cannot be opened for writing, which only Windows asks for. */
  static void sync(Path file) throws IOException {
    if (Files.isWritable(file)) {
      Durable.syncFile(file);
    } else {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }
}
