package dev.tenon.nn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.tenon.error.TenonException;
import dev.tenon.nn.Resources;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Opens every file and directory of a cases.tsv as a model: categories J and P of {@code
 * -Dbadinput.dir}, by default the test resources. A refusal is one of our exceptions, in time,
 * within memory, naming what is wrong; afterwards a good directory still opens, nothing was written
 * and nothing was executed.
 */
class BadInputCasesTest {
  private static final Set<String> OURS = Set.of("J", "P");
  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final long HEAP = 64L << 20;
  private static final Path GOOD = Resources.path("badinput").resolve("J/good");

  @TestFactory
  Stream<DynamicTest> everyCaseEndsAsItsVerdictSays() throws IOException {
    Path root =
        Optional.ofNullable(System.getProperty("badinput.dir"))
            .map(Path::of)
            .orElse(Resources.path("badinput"));
    List<Case> cases =
        Files.readAllLines(root.resolve("cases.tsv")).stream().skip(1).map(Case::of).toList();
    HfCheckpoint.open(GOOD); // Loads classes and the native library outside the clock.
    Stream<DynamicTest> run =
        cases.stream()
            .filter(x -> OURS.contains(x.category()))
            .map(x -> dynamicTest(x.path(), () -> run(root, x)));
    Map<String, Long> others =
        cases.stream()
            .filter(x -> !OURS.contains(x.category()))
            .collect(Collectors.groupingBy(Case::category, TreeMap::new, Collectors.counting()));
    return Stream.concat(
        run, others.entrySet().stream().map(x -> skipped(x.getKey(), x.getValue())));
  }

  private static DynamicTest skipped(String category, long count) {
    String text = "category " + category + ": " + count + " cases, no code in this module";
    return dynamicTest(text, () -> Assumptions.abort(text));
  }

  private static void run(Path root, Case row) throws IOException {
    Map<Path, Long> before = files(root);
    long allocated = allocated();
    Optional<TenonException> error = assertTimeout(LIMIT, () -> open(root.resolve(row.path())));
    assertThat(allocated() - allocated).as("bytes allocated").isLessThan(HEAP);
    if (!row.verdict().equals("any")) {
      assertThat(error.isPresent())
          .as("refused: %s", error)
          .isEqualTo(row.verdict().equals("reject"));
    }
    if (row.verdict().equals("reject")) {
      String message = error.orElseThrow().getMessage();
      assertThat(row.expect()).anySatisfy(x -> assertThat(message).contains(x));
    }
    HfCheckpoint.open(GOOD);
    assertThat(files(root)).isEqualTo(before);
    assertThat(Path.of("EXECUTED")).doesNotExist();
  }

  private static Optional<TenonException> open(Path path) {
    try {
      HfCheckpoint.open(path);
      return Optional.empty();
    } catch (TenonException e) {
      return Optional.of(e);
    }
  }

  private static long allocated() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getCurrentThreadAllocatedBytes();
  }

  private static Map<Path, Long> files(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(Files::isRegularFile)
          .collect(Collectors.toMap(x -> x, x -> x.toFile().length()));
    }
  }

  private record Case(String path, String category, String verdict, List<String> expect) {
    static Case of(String line) {
      List<String> columns = Arrays.stream(line.split("\t", -1)).map(Case::unescape).toList();
      List<String> expect = List.of(columns.get(3).split("\\|", -1));
      return new Case(columns.get(0), columns.get(1), columns.get(2), expect);
    }

    private static String unescape(String text) {
      return text.replaceAll("(?<!\\\\)\\\\n", "\n")
          .replaceAll("(?<!\\\\)\\\\t", "\t")
          .replace("\\\\", "\\");
    }
  }
}
