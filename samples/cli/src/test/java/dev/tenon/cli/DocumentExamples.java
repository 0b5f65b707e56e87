package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The Java examples of a document must stand in a test, so that they compile and run. */
final class DocumentExamples {
  private static final Path ROOT = Path.of("../..");
  private static final Path TESTS = Path.of("src/test/java/dev/tenon/cli");
  private static final Pattern BLOCK = Pattern.compile("(?s)```java\n(.*?)```");

  private DocumentExamples() {}

  /** The text of a document, by its path from the root of the project. */
  static String text(String document) throws IOException {
    return Files.readString(ROOT.resolve(document));
  }

  /** Compares without layout and comments. */
  static void standIn(Class<?> test, String document, int atLeast) throws IOException {
    String code = withoutLayout(Files.readString(TESTS.resolve(test.getSimpleName() + ".java")));
    List<String> examples =
        BLOCK.matcher(text(document)).results().map(MatchResult::group).toList();
    assertThat(examples).hasSizeGreaterThanOrEqualTo(atLeast);
    for (String example : examples) {
      String body =
          example.lines().filter(x -> !x.startsWith("```")).collect(Collectors.joining("\n"));
      assertThat(code).contains(withoutLayout(body));
    }
  }

  private static String withoutLayout(String code) {
    return code.replaceAll("//.*", "").replaceAll("\\s+", "");
  }
}
