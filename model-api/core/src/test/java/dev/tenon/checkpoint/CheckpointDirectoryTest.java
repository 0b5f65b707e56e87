package dev.tenon.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointDirectoryTest {
  @TempDir private Path directory;

  private static List<String> list(Path path) throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files.map(x -> x.getFileName().toString()).sorted().toList();
    }
  }

  /** Three files that all tell the same number. */
  private static void writeNumber(Path target, long number) throws IOException {
    Files.createDirectories(target.resolve("model"));
    Files.writeString(target.resolve("a.txt"), "number " + number);
    Files.writeString(target.resolve("model/b.txt"), "number " + number);
    Files.writeString(target.resolve("model/c.txt"), "number " + number);
  }

  private static long readNumber(Path target) throws IOException {
    String text = Files.readString(target.resolve("a.txt"));
    assertThat(target.resolve("model/b.txt")).hasContent(text);
    assertThat(target.resolve("model/c.txt")).hasContent(text);
    return Long.parseLong(text.substring("number ".length()));
  }

  @Test
  void commitMakesTheLatestCheckpoint() throws IOException {
    Path root = directory.resolve("root");
    assertThat(CheckpointDirectory.latest(root)).isEmpty();
    CheckpointDirectory.commit(root, 0, x -> writeNumber(x, 0));
    CheckpointDirectory.Checkpoint second =
        CheckpointDirectory.commit(root, 20, x -> writeNumber(x, 20));
    assertThat(CheckpointDirectory.latest(root)).contains(second);
    assertThat(second).isEqualTo(new CheckpointDirectory.Checkpoint(root.resolve("step-20"), 20));
    assertThat(list(root)).containsExactly("latest", "step-0", "step-20");
    assertThat(root.resolve("latest")).hasContent("step-20");
    assertThat(readNumber(second.directory())).isEqualTo(20);
    CheckpointDirectory.verify(second.directory());
    assertThat(second.directory().resolve("manifest.json"))
        .content()
        .contains("\"path\": \"model/b.txt\",\n      \"bytes\": 9,\n      \"sha256\": \"");
    assertThatThrownBy(() -> CheckpointDirectory.commit(root, 20, x -> writeNumber(x, 1)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("step-20: the latest checkpoint");
    assertThatThrownBy(() -> CheckpointDirectory.commit(root, -1, x -> {}))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void aWriterThatFailsAnywhereLeavesTheOldState() throws IOException {
    Path root = directory.resolve("root");
    Path plain = directory.resolve("plain");
    CheckpointDirectory.commit(root, 1, x -> writeNumber(x, 1));
    CheckpointDirectory.write(plain, x -> writeNumber(x, 1));
    for (int point = 0; point < 4; point++) {
      int failAt = point;
      CheckpointDirectory.Writer failing =
          target -> {
            String[] files = {"a.txt", "b.txt", "c.txt"};
            for (int i = 0; i < files.length; i++) {
              if (i == failAt) {
                throw new IOException("disk full");
              }
              Files.writeString(target.resolve(files[i]), "half");
            }
            throw new IllegalStateException("at the end");
          };
      assertThatThrownBy(() -> CheckpointDirectory.commit(root, 2, failing))
          .hasMessageContaining(failAt < 3 ? "disk full" : "at the end");
      assertThatThrownBy(() -> CheckpointDirectory.write(plain, failing))
          .isInstanceOf(failAt < 3 ? CheckpointException.class : IllegalStateException.class);
      assertThat(list(root)).containsExactly("latest", "step-1");
      assertThat(list(directory)).containsExactly("plain", "root");
      assertThat(CheckpointDirectory.latest(root).map(CheckpointDirectory.Checkpoint::step))
          .contains(1L);
      assertThat(readNumber(plain)).isEqualTo(1);
    }
  }

  @Test
  void leftoversOfADeadProcessAreReplacedAndRemoved() throws IOException {
    CheckpointDirectory.commit(directory, 1, x -> writeNumber(x, 1));
    Files.createDirectories(directory.resolve(".step-5.tmp-dead/model"));
    Files.createDirectories(directory.resolve("step-2/model"));
    Files.writeString(directory.resolve("step-2/a.txt"), "renamed, but never the latest");
    Files.writeString(directory.resolve(".latest.tmp-dead"), "step");
    CheckpointDirectory.commit(directory, 2, x -> writeNumber(x, 2));
    assertThat(list(directory)).containsExactly("latest", "step-1", "step-2");
    CheckpointDirectory.verify(directory.resolve("step-2"));
  }

  @Test
  void aDamagedLatestIsNeverASilentStart() throws IOException {
    CheckpointDirectory.commit(directory, 1, x -> writeNumber(x, 1));
    for (String bad :
        List.of(
            "",
            "\n",
            "../other\n",
            "step-1/../../x",
            "step-9\n",
            "step-01",
            "/step-1",
            "step--1",
            "x".repeat(5000))) {
      Files.writeString(directory.resolve("latest"), bad);
      assertThatThrownBy(() -> CheckpointDirectory.latest(directory))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("latest");
    }
    Files.delete(directory.resolve("latest"));
    Files.createDirectory(directory.resolve("latest"));
    assertThatThrownBy(() -> CheckpointDirectory.latest(directory))
        .isInstanceOf(CheckpointException.class);
    Path file = Files.writeString(directory.resolve("file"), "x");
    assertThatThrownBy(() -> CheckpointDirectory.latest(file))
        .hasMessageContaining("file: a file (expected: a directory)");
    assertThatThrownBy(() -> CheckpointDirectory.commit(file, 1, x -> {}))
        .isInstanceOf(CheckpointException.class);
  }

  @Test
  void verifyNamesWhatChanged() throws IOException {
    Path step = CheckpointDirectory.commit(directory, 1, x -> writeNumber(x, 1)).directory();
    Files.writeString(step.resolve("a.txt"), "number 2");
    assertThat(CheckpointDirectory.latest(directory)).isPresent();
    assertThatThrownBy(() -> CheckpointDirectory.verify(step))
        .hasMessageContaining("a.txt: changed (expected: sha256 ");
    Files.delete(step.resolve("model/b.txt"));
    Files.writeString(step.resolve("model/c.txt"), "longer than before");
    Files.writeString(step.resolve("extra.txt"), "x");
    assertThatThrownBy(() -> CheckpointDirectory.latest(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("model/b.txt: missing (expected: 8 bytes)")
        .hasMessageContaining("model/c.txt: 18 bytes (expected: 8)")
        .hasMessageContaining("extra.txt: not in manifest.json");
    for (String bad : List.of("", "[]", "{\"files\":[{\"path\":1}]}", "{\"files\":[1]}")) {
      Files.writeString(step.resolve("manifest.json"), bad);
      assertThatThrownBy(() -> CheckpointDirectory.verify(step))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("manifest.json");
    }
    Files.delete(step.resolve("manifest.json"));
    assertThatThrownBy(() -> CheckpointDirectory.latest(directory))
        .hasMessageContaining("manifest.json: missing");
  }

  @Test
  void linksAreNotCommitted() throws IOException {
    Path outside = Files.writeString(directory.resolve("outside"), "x");
    Path root = directory.resolve("root");
    assertThatThrownBy(
            () ->
                CheckpointDirectory.commit(
                    root, 1, x -> Files.createSymbolicLink(x.resolve("link"), outside)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("link");
    assertThat(outside).hasContent("x");
    assertThat(list(root)).isEmpty();
  }

  @Test
  void plainDirectoriesReplaceOnlyOurOwn() throws IOException {
    Path target = directory.resolve("deep/model");
    CheckpointDirectory.write(target, x -> writeNumber(x, 1));
    CheckpointDirectory.write(target, x -> writeNumber(x, 2));
    assertThat(readNumber(target)).isEqualTo(2);
    assertThat(list(target)).containsExactly("a.txt", "model", "tenon.json");
    assertThat(list(target.getParent())).containsExactly("model");
    Path empty = Files.createDirectory(directory.resolve("empty"));
    CheckpointDirectory.write(empty, x -> writeNumber(x, 3));
    assertThat(readNumber(empty)).isEqualTo(3);
    Path foreign = Files.createDirectory(directory.resolve("foreign"));
    Files.writeString(foreign.resolve("thesis.txt"), "x");
    assertThatThrownBy(() -> CheckpointDirectory.write(foreign, x -> writeNumber(x, 4)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(
            "files that are not ours (expected: an empty directory or one with tenon.json)");
    assertThat(list(foreign)).containsExactly("thesis.txt");
    assertThatThrownBy(() -> CheckpointDirectory.write(foreign.resolve("thesis.txt"), x -> {}))
        .hasMessageContaining("thesis.txt: a file");
    assertThatThrownBy(() -> CheckpointDirectory.write(foreign.resolve("thesis.txt/x"), x -> {}))
        .isInstanceOf(CheckpointException.class);
  }

  @Test
  void aDeathBetweenTheTwoRenamesIsRecovered() throws IOException {
    Path target = directory.resolve("model");
    Path old = directory.resolve(".model.old");
    CheckpointDirectory.write(target, x -> writeNumber(x, 1));
    Files.move(target, old);
    CheckpointDirectory.recover(target);
    assertThat(readNumber(target)).isEqualTo(1);
    Files.createDirectory(old);
    CheckpointDirectory.recover(target);
    assertThat(list(directory)).containsExactly("model");
    Files.move(target, old);
    assertThatThrownBy(
            () ->
                CheckpointDirectory.write(
                    target,
                    x -> {
                      throw new IOException("no");
                    }))
        .isInstanceOf(CheckpointException.class);
    assertThat(readNumber(target)).isEqualTo(1);
  }

  @Test
  void aKilledProcessLeavesOldOrNew() throws IOException, InterruptedException {
    Path root = directory.resolve("root");
    Path plain = directory.resolve("plain");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process =
        new ProcessBuilder(
                java,
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                Loop.class.getName(),
                root.toString(),
                plain.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (!Files.exists(root.resolve("step-5"))
          && process.isAlive()
          && System.nanoTime() < deadline) {
        Thread.sleep(5);
      }
      Thread.sleep(System.nanoTime() % 50);
    } finally {
      process.destroyForcibly().waitFor();
    }
    Optional<CheckpointDirectory.Checkpoint> latest = CheckpointDirectory.latest(root);
    assertThat(latest).isPresent();
    CheckpointDirectory.verify(latest.orElseThrow().directory());
    assertThat(readNumber(latest.orElseThrow().directory())).isEqualTo(latest.orElseThrow().step());
    CheckpointDirectory.recover(plain);
    assertThat(readNumber(plain))
        .isBetween(latest.orElseThrow().step() - 1, latest.orElseThrow().step() + 1);
    long next = latest.orElseThrow().step() + 1;
    CheckpointDirectory.commit(root, next, x -> writeNumber(x, next));
    assertThat(list(root)).noneMatch(x -> x.startsWith("."));
  }

  /** Commits without end, until it is killed. */
  static final class Loop {
    private Loop() {}

    public static void main(String[] args) {
      for (long step = 1; true; step++) {
        long number = step;
        CheckpointDirectory.commit(Path.of(args[0]), number, x -> writeNumber(x, number));
        CheckpointDirectory.write(Path.of(args[1]), x -> writeNumber(x, number));
      }
    }
  }
}
