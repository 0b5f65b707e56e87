package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.chat.ChatOptions;
import dev.tenon.chat.Message;
import dev.tenon.cli.conformance.Resources;
import dev.tenon.internal.Json;
import dev.tenon.nn.tokenizer.HfTokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code generate --chat} and {@code finetune --messages}. */
class ChatCommandTest {
  private static final Path MODEL = Resources.directory("families/llama-rope3-sharded");
  private static final Path PLAIN = Resources.directory("families/llama");

  @TempDir private Path directory;

  private static TenonRun generate(Path model, String prompt, Object... more) {
    Object[] fixed = {
      "generate",
      "--model",
      model,
      "--prompt",
      prompt,
      "--max-new-tokens",
      6,
      "--ignore-eos",
      "--json"
    };
    return TenonRun.of(Stream.concat(Stream.of(fixed), Stream.of(more)).toArray());
  }

  private static Map<String, Object> answer(TenonRun run) {
    assertThat(run.code()).as(run.err()).isZero();
    return Json.parseObject(run.out().getBytes(StandardCharsets.UTF_8), "answer").toMap();
  }

  @Test
  void chatAnswersWhatTheTemplateWrites() {
    String written =
        HfTokenizer.open(MODEL)
            .chatTemplate()
            .orElseThrow()
            .render(List.of(Message.system("Be brief."), Message.user("Hi")), ChatOptions.prompt())
            .text();
    Map<String, Object> chat =
        answer(generate(MODEL, "Hi", "--chat", "--system", "Be brief.", "--min-new-tokens", 2));
    assertThat((List<?>) chat.get("token_ids")).hasSize(6);
    // The template writes the first token that encoding a prompt would add.
    String begin = "<|begin_of_text|>";
    assertThat(written).startsWith(begin);
    String prompt = written.substring(begin.length());
    assertThat(answer(generate(MODEL, prompt))).isEqualTo(chat);
    assertThat(answer(generate(MODEL, "Hi", "--chat"))).isNotEqualTo(chat);
    assertThat(answer(generate(MODEL, "Hi"))).isNotEqualTo(chat);
  }

  @Test
  void chatNeedsATemplateAndSystemNeedsChat() {
    TenonRun plain = generate(PLAIN, "Hi", "--chat");
    assertThat(plain.code()).isEqualTo(1);
    assertThat(plain.err()).contains("chat template: none (expected: a model that has one)");
    TenonRun alone = generate(MODEL, "Hi", "--system", "Be brief.");
    assertThat(alone.code()).isEqualTo(2);
    assertThat(alone.err()).contains("--system: without --chat");
  }

  @Test
  void messagesAreLearnedAndTheResultAnswersThem() throws IOException {
    Path data = directory.resolve("data.jsonl");
    Files.writeString(data, (line("Hi", "Hello!") + "\n").repeat(3));
    Path output = directory.resolve("out");
    TenonRun run = finetune(MODEL, data, output, "--learning-rate", 1e-2, "--schedule", "constant");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(loss(run, run.lines().size() - 1)).isLessThan(0.3 * loss(run, 0));
    TenonRun chat =
        TenonRun.of(
            "generate", "--model", output, "--prompt", "Hi", "--chat", "--max-new-tokens", 12);
    assertThat(chat.code()).as(chat.err()).isZero();
    assertThat(chat.out().strip()).isEqualTo("Hello!");
  }

  @Test
  void messagesThatAreNoneNameFileAndLine() throws IOException {
    Path data = Files.writeString(directory.resolve("data.jsonl"), "{\"prompt\": \"a\"}\n");
    TenonRun run = finetune(MODEL, data, directory.resolve("out"));
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("data.jsonl:1: messages: missing");
    Files.writeString(data, line("Hi", "Hello!"));
    assertThat(finetune(PLAIN, data, directory.resolve("out")).err())
        .contains("chat template: none");
  }

  private static String line(String user, String assistant) {
    return Json.compact(
        Map.of(
            "messages",
            List.of(
                Map.of("role", "user", "content", user),
                Map.of("role", "assistant", "content", assistant))));
  }

  private static TenonRun finetune(Path model, Path data, Path output, Object... more) {
    Object[] fixed = {
      "finetune",
      "--model",
      model,
      "--data",
      data,
      "--output",
      output,
      "--messages",
      "--steps",
      20,
      "--json"
    };
    return TenonRun.of(Stream.concat(Stream.of(fixed), Stream.of(more)).toArray());
  }

  private static double loss(TenonRun run, int line) {
    byte[] json = run.lines().get(line).getBytes(StandardCharsets.UTF_8);
    return ((Number) Json.parseObject(json, "line").toMap().get("loss")).doubleValue();
  }
}
