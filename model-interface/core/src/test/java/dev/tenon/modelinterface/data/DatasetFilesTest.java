package dev.tenon.modelinterface.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.backend.testkit.ByteTokenizer;
import dev.tenon.backend.testkit.FallbackTokenizer;
import dev.tenon.error.InvalidInputException;
import dev.tenon.tensor.NamedArray;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetFilesTest {
  private static final ByteTokenizer BYTES = new ByteTokenizer();

  @TempDir Path directory;

  private Path file(String... lines) throws IOException {
    return Files.writeString(directory.resolve("data.jsonl"), String.join("\n", lines));
  }

  @Test
  void aPairIsPromptWithSpecialsThenAnswerThenEos() throws IOException {
    Path file =
        file(
            "{\"prompt\": \"ab\", \"answer\": \"c\"}",
            "",
            "{\"completion\":\"é\",\"prompt\":\"\"}");

    Dataset data = PromptAnswer.read(file, BYTES);

    assertThat(data.size()).isEqualTo(2);
    NamedArray first = data.item(0);
    assertThat(first.names()).containsExactly("input_ids", "prompt_mask");
    assertThat(first.get("input_ids").toLongs()).containsExactly(256, 'a', 'b', 'c', 257);
    assertThat(first.get("prompt_mask").toBooleans())
        .containsExactly(true, true, true, false, false);
    assertThat(first.items().ids()).containsExactly("1");
    assertThat(data.item(1).get("input_ids").toLongs()).containsExactly(256, 0xC3, 0xA9, 257);
    assertThat(data.item(1).items().ids()).containsExactly("3");
    assertThat(data.tokens(1)).isEqualTo(4);
  }

  @Test
  void unknownKeysByteOrderMarkAndCarriageReturnsAreAllowed() throws IOException {
    Path file =
        file("\uFEFF{\"prompt\": \"a\", \"answer\": \"b\", \"source\": [1]}\r", " \t\r", "");

    assertThat(PromptAnswer.read(file, BYTES).size()).isEqualTo(1);
    assertThat(Prompts.read(file, BYTES).item(0).get("input_ids").toLongs())
        .containsExactly(256, 'a');
  }

  @Test
  void everyWrongLineIsReportedWithItsPlace() throws IOException {
    Path file =
        file(
            "{\"prompt\": \"a\", \"answer\": \"b\"}",
            "{\"prompt\": \"a\"",
            "[1]",
            "{\"prompt\": 7}",
            "{\"prompt\": \"a\", \"answer\": null}",
            "{\"prompt\": \"a\", \"answer\": \"b\", \"completion\": \"c\"}",
            "{\"prompt\": \"a\", \"prompt\": \"b\", \"answer\": \"c\"}",
            "{\"prompt\": \"\\ud800\", \"answer\": \"c\"}",
            "{\"prompt\": \"a\", \"completion\": [\"c\"]}");

    assertThatThrownBy(() -> PromptAnswer.read(file, BYTES))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(file + ":2: JSON")
        .hasMessageContaining(file + ":3: JSON")
        .hasMessageContaining(
            file
                + ":4: prompt: 7 (expected: a string); answer: missing (expected: a string); "
                + file
                + ":5: answer: null (expected: a string)")
        .hasMessageContaining(file + ":6: keys: answer and completion")
        .hasMessageContaining(file + ":7: JSON")
        .hasMessageContaining(file + ":8: JSON")
        .hasMessageContaining(file + ":9: completion: [\"c\"] (expected: a string)")
        .hasMessageNotContaining(file + ":1:");
  }

  @Test
  void malformedUtf8IsReportedWithItsLine() throws IOException {
    Path file = directory.resolve("data.jsonl");
    byte[] line = "{\"prompt\": \"a?\"}\n".getBytes(StandardCharsets.UTF_8);
    line[13] = (byte) 0xFF;
    Files.write(file, line);

    assertThatThrownBy(() -> Prompts.read(file, BYTES))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(file + ":1: ")
        .hasMessageContaining("UTF-8");
  }

  @Test
  void readingEndsAfterTwentyWrongLines() throws IOException {
    Path file = Files.writeString(directory.resolve("data.jsonl"), "{}\n".repeat(50));

    assertThatThrownBy(() -> Prompts.read(file, BYTES))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(":20: prompt: missing (expected: a string); the rest was not read")
        .hasMessageNotContaining(":21:");
  }

  @Test
  void anEmptyOrMissingFileIsRefused() throws IOException {
    Path empty = file("", " ");

    assertThatThrownBy(() -> Prompts.read(empty, BYTES))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("examples of " + empty + ": 0 (expected: at least one)");
    Path missing = directory.resolve("missing.jsonl");
    assertThatThrownBy(() -> PromptAnswer.read(missing, BYTES))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(missing.toString());
    assertThatThrownBy(() -> PromptAnswer.read(directory, BYTES))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(directory.toString());
  }

  @Test
  void textsWithoutTokensToLearnOrToStartFromAreRefused() {
    FallbackTokenizer noSpecials = new FallbackTokenizer();

    assertThatThrownBy(
            () ->
                PromptAnswer.of(
                    List.of(new PromptAnswer("a", "b"), new PromptAnswer("", "")), noSpecials))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("example 2: answer: 1 tokens after 0");
    assertThatThrownBy(() -> Prompts.of(List.of(""), noSpecials))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("example 1: prompt: 0 tokens (expected: at least one)");
    assertThat(PromptAnswer.of(List.of(new PromptAnswer("a", "")), noSpecials).tokens(0))
        .isEqualTo(2);
  }
}
