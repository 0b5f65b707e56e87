package dev.tenon.catalog.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.tenon.error.TenonException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Registers the description of every archive of a cases.tsv: category A of {@code -Dbadinput.dir},
 * by default the test resources, which {@code src/test/badinput/generate.py} wrote. A refusal is
 * one of our exceptions, in time, within memory, naming what is wrong; afterwards a good archive
 * still reads and no file is new.
 */
class ArchiveCasesTest {
  private static final String OURS = "A";
  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final long HEAP = 64L << 20;

  @TempDir static Path own;

  @TestFactory
  Stream<DynamicTest> everyArchiveEndsAsItsVerdictSays() throws Exception {
    String given = System.getProperty("badinput.dir");
    ArchiveCorpus.write(own);
    Path root = given == null ? own : Path.of(given);
    List<Case> cases =
        Files.readAllLines(root.resolve("cases.tsv")).stream().skip(1).map(Case::of).toList();
    assertThat(cases).isNotEmpty();
    register(own.resolve("A/good-plain.tgz")); // Loads classes outside the clock.
    Map<String, Long> others =
        cases.stream()
            .map(Case::category)
            .filter(x -> !x.equals(OURS))
            .collect(Collectors.groupingBy(x -> x, TreeMap::new, Collectors.counting()));
    return Stream.concat(
        cases.stream()
            .filter(x -> x.category().equals(OURS))
            .map(x -> dynamicTest(x.path(), () -> run(root, x))),
        others.entrySet().stream().map(x -> skipped(x.getKey(), x.getValue())));
  }

  private static DynamicTest skipped(String category, long count) {
    String text = "category " + category + ": " + count + " cases that other modules run";
    return dynamicTest(text, () -> Assumptions.abort(text));
  }

  private static void run(Path root, Case row) throws Exception {
    Map<Path, Long> before = files(root);
    long allocated = allocated();
    Optional<TenonException> error = assertTimeout(LIMIT, () -> error(root.resolve(row.path())));
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
    assertThat(register(own.resolve("A/good-plain.tgz")).name().identifier()).isNotEmpty();
    assertThat(files(root)).isEqualTo(before);
    assertThat(Path.of("EXECUTED")).doesNotExist();
  }

  private static Optional<TenonException> error(Path archive) {
    try {
      register(archive);
      return Optional.empty();
    } catch (TenonException e) {
      return Optional.of(e);
    }
  }

  private static ModelSpec register(Path archive) {
    return SpecFile.read(archive, SpecReader.lenient()).spec();
  }

  private static long allocated() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getCurrentThreadAllocatedBytes();
  }

  /** Below the root, and where entries that climb or name a drive would land. */
  private static Map<Path, Long> files(Path root) throws IOException {
    Path above = root.toAbsolutePath().getParent();
    List<Path> escaped =
        Stream.of(above, above.getRoot(), Path.of("").toAbsolutePath())
            .flatMap(x -> Stream.of("f.txt", "pax.txt", "D:\\f.txt").map(x::resolve))
            .toList();
    try (Stream<Path> all = Files.walk(root)) {
      return Stream.concat(all, escaped.stream())
          .filter(Files::isRegularFile)
          .distinct()
          .collect(Collectors.toMap(x -> x, x -> x.toFile().length()));
    }
  }

  private record Case(String path, String category, String verdict, List<String> expect) {
    static Case of(String line) {
      List<String> columns = Arrays.stream(line.split("\t", -1)).map(Case::unescape).toList();
      List<String> expect = List.of(columns.get(3).split("\\|", -1));
      return new Case(columns.get(0), columns.get(1), columns.get(2), expect);
    }

    /** Newline, tab and backslash stand as {@code \n}, {@code \t} and {@code \\}. */
    private static String unescape(String text) {
      return text.replace("\\\\", "\0")
          .replace("\\n", "\n")
          .replace("\\t", "\t")
          .replace('\0', '\\');
    }
  }
}
