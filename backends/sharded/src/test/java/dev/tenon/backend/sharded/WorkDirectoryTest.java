package dev.tenon.backend.sharded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WorkDirectoryTest {
  @Test
  void holdsEveryFileOfTheWorker() throws IOException, URISyntaxException {
    Path resources =
        Path.of(
            Objects.requireNonNull(WorkDirectory.class.getResource("worker"), "worker").toURI());
    try (WorkDirectory directory = WorkDirectory.create()) {
      assertThat(files(directory.worker())).isEqualTo(files(resources));
    }
  }

  private static List<String> files(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(Files::isRegularFile)
          .map(x -> root.relativize(x).toString())
          .filter(x -> x.endsWith(".py"))
          .sorted()
          .toList();
    }
  }

  @Test
  void nobodyElseMayEnterAndNothingStays() throws IOException {
    WorkDirectory directory = WorkDirectory.create();
    Path root = Objects.requireNonNull(directory.run().getParent());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root)))
        .isEqualTo("rwx------");
    Files.writeString(directory.newFile(".txt"), "x");
    directory.close();
    assertThat(root).doesNotExist();
  }
}
