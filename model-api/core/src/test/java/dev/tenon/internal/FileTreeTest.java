package dev.tenon.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTreeTest {
  @TempDir private Path directory;

  @Test
  void aCopyHasTheSameFilesAndReplacesNone() throws IOException {
    Path from = directory.resolve("from");
    Files.createDirectories(from.resolve("deep"));
    Files.writeString(from.resolve("a"), "1");
    Files.writeString(from.resolve("deep").resolve("b"), "2");
    Path to = directory.resolve("below").resolve("to");

    FileTree.copy(FileTree.files(from), to);

    assertThat(FileTree.digest(to)).isEqualTo(FileTree.digest(from));
    assertThat(to.resolve("deep").resolve("b")).hasContent("2");
    assertThatThrownBy(() -> FileTree.copy(FileTree.files(from), to))
        .isInstanceOf(FileAlreadyExistsException.class);
  }
}
