package dev.tenon.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.tenon.error.TenonException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Runs every case of a directory of bad inputs that this module knows: {@code
 * src/test/badinput/generate.py} describes the columns of its {@code cases.tsv}. {@code
 * -Dbadinput.dir} names another directory of the same form.
 */
class BadInputCasesTest {
  private static final Duration LIMIT = Duration.ofSeconds(2);

  /** What a category does with a file; the others belong to other modules. */
  private static final Map<String, Consumer<Path>> CATEGORIES =
      Map.of("S", BadInputCasesTest::openAll, "K", BadInputCasesTest::resume);

  private record Case(String path, String category, String verdict, List<String> expect) {
    static Case of(String line) {
      String[] columns = Arrays.copyOf(line.split("\t", -1), 6);
      List<String> expect =
          columns[3].isEmpty() ? List.of() : List.of(unescape(columns[3]).split("\\|"));
      return new Case(unescape(columns[0]), columns[1], columns[2], expect);
    }

    private static String unescape(String text) {
      return text.replace("\\\\", "\0")
          .replace("\\n", "\n")
          .replace("\\t", "\t")
          .replace('\0', '\\');
    }
  }

  @TestFactory
  Stream<DynamicTest> everyCaseEndsAsItMust() throws IOException {
    Path directory =
        Optional.ofNullable(System.getProperty("badinput.dir"))
            .map(Path::of)
            .orElseGet(() -> SafetensorsFileTest.resource("badinput"));
    List<Case> cases =
        Files.readAllLines(directory.resolve("cases.tsv"), StandardCharsets.UTF_8).stream()
            .skip(1)
            .map(Case::of)
            .toList();
    List<DynamicTest> tests = new ArrayList<>();
    Map<String, Integer> others = new TreeMap<>();
    for (Case each : cases) {
      Consumer<Path> action = CATEGORIES.get(each.category());
      if (action == null) {
        others.merge(each.category(), 1, Integer::sum);
      } else {
        tests.add(dynamicTest(each.path(), () -> check(directory, each, action)));
      }
    }
    others.forEach((category, count) -> tests.add(skipped(category, count)));
    assertThat(cases).isNotEmpty();
    return tests.stream();
  }

  private static DynamicTest skipped(String category, int count) {
    String name = "category " + category + ": " + count + " cases that other modules run";
    return dynamicTest(name, () -> Assumptions.abort(name));
  }

  private static void check(Path directory, Case each, Consumer<Path> action) throws IOException {
    List<Path> before = tree(directory);
    Optional<TenonException> error =
        assertTimeoutPreemptively(LIMIT, () -> error(directory.resolve(each.path()), action));
    if (each.verdict().equals("accept")) {
      assertThat(error).isEmpty();
    } else if (each.verdict().equals("reject")) {
      String message = error.map(Throwable::getMessage).orElse("no error");
      assertThat(error).as(message).isPresent();
      assertThat(each.expect().isEmpty() || each.expect().stream().anyMatch(message::contains))
          .as("%s names one of %s", message, each.expect())
          .isTrue();
    }
    openAll(SafetensorsFileTest.resource("safetensors/every-dtype.safetensors"));
    assertThat(tree(directory)).isEqualTo(before);
    assertThat(Path.of("EXECUTED")).doesNotExist();
  }

  /** Anything but our own exceptions fails the test by itself. */
  private static Optional<TenonException> error(Path path, Consumer<Path> action) {
    try {
      action.accept(path);
      return Optional.empty();
    } catch (TenonException e) {
      return Optional.of(e);
    }
  }

  private static List<Path> tree(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.sorted().toList();
    }
  }

  private static void openAll(Path file) {
    assertThat(SafetensorsFile.open(file).names()).isNotNull();
  }

  private static void resume(Path root) {
    CheckpointDirectory.latest(root).ifPresent(x -> CheckpointDirectory.verify(x.directory()));
  }
}
