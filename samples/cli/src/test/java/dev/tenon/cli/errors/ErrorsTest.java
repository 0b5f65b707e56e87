package dev.tenon.cli.errors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** docs/errors.md says what the product says: each of its texts is provoked for real. */
class ErrorsTest {
  private static final Path PAGE = Path.of("..", "..", "docs", "errors.md");

  /** A heading with the mistake's name in code, and the first block below it. */
  private static final Pattern ENTRY =
      Pattern.compile("(?m)^### [^\\n]*`([a-z0-9-]+)`$[^`]*```\\n(.*?)\\n```", Pattern.DOTALL);

  @TempDir private Path directory;

  @Test
  void everyMistakeIsOnThePageAndAtLeast25() throws IOException {
    Map<String, String> page = page();
    assertThat(page).hasSizeGreaterThanOrEqualTo(25);
    assertThat(page.keySet()).containsExactlyElementsOf(new Mistakes(directory).all().keySet());
  }

  @TestFactory
  Stream<DynamicTest> eachMistakeGivesItsText() throws IOException {
    Map<String, String> page = page();
    return new Mistakes(directory)
        .all().entrySet().stream()
            .map(
                x ->
                    DynamicTest.dynamicTest(
                        x.getKey(),
                        () ->
                            assertThat(message(x.getValue()))
                                .matches(pattern(page.getOrDefault(x.getKey(), "")))));
  }

  private static String message(Mistakes.Mistake mistake) {
    Throwable thrown = catchThrowable(mistake::make);
    assertThat(thrown).as("an exception").isNotNull();
    Throwable found = thrown instanceof CompletionException ? thrown.getCause() : thrown;
    return String.valueOf(found.getMessage());
  }

  /** The text with {@code <…>} for what differs from machine to machine. */
  private static Pattern pattern(String text) {
    StringBuilder pattern = new StringBuilder();
    Matcher hole = Pattern.compile("<[a-z ]+>").matcher(text);
    int at = 0;
    while (hole.find()) {
      pattern.append(Pattern.quote(text.substring(at, hole.start()))).append("[^\\n]+?");
      at = hole.end();
    }
    return Pattern.compile(pattern + Pattern.quote(text.substring(at)), Pattern.DOTALL);
  }

  private static Map<String, String> page() throws IOException {
    Map<String, String> entries = new TreeMap<>();
    Matcher entry = ENTRY.matcher(Files.readString(PAGE));
    while (entry.find()) {
      assertThat(entries.put(entry.group(1), entry.group(2))).as(entry.group(1)).isNull();
    }
    return entries;
  }
}
