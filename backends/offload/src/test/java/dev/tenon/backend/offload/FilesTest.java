package dev.tenon.backend.offload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InsufficientMemoryException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.model.Model;
import dev.tenon.spec.FinetuneSpec;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class FilesTest {
  @TempDir Path files;

  @Test
  void aMissingDirectoryIsNamed() {
    Path missing = files.resolve("missing");
    assertThatThrownBy(() -> initialize(missing))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(
            "directory to offload to: " + missing + " (expected: an existing one, writable)");
  }

  @Test
  void soIsWhatIsNoDirectory() throws Exception {
    Path file = Files.createFile(files.resolve("file"));
    assertThatThrownBy(() -> initialize(file)).isInstanceOf(InvalidInputException.class);
  }

  /** More than a file system holds is refused as a full disk is. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aFullDiskIsToldBeforeAnythingIsTrainedAndNothingIsLeft() {
    assertThatThrownBy(() -> FileSection.create(files, "weights", Long.MAX_VALUE / 2))
        .isInstanceOf(InsufficientMemoryException.class)
        .hasMessageContaining("disk of " + files)
        .hasMessageContaining("bytes of weights");
    assertThat(files).isEmptyDirectory();
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void filesHaveNoNameWhileTheyAreOpen() {
    try (Model model = initialize(files)) {
      assertThat(model.trainEngine().version()).isZero();
      assertThat(files).isEmptyDirectory();
    }
  }

  @Test
  void bytesComeBackFromWhereTheyWereStored() {
    try (FileSection section = FileSection.create(files, "weights", 3 << 20)) {
      section.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), (3 << 20) - 3);
      ByteBuffer found = ByteBuffer.allocateDirect(4);
      section.read(found, (3 << 20) - 4);
      assertThat(new byte[] {found.get(0), found.get(1), found.get(2), found.get(3)})
          .containsExactly(0, 1, 2, 3);
    }
  }

  private static Model initialize(Path directory) {
    return new OffloadBackend(OffloadOptions.disk(directory))
        .initialize(TinyModels.llama(true), FinetuneSpec.openEnded());
  }
}
