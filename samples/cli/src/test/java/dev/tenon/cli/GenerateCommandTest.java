package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.cli.conformance.Resources;
import dev.tenon.internal.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GenerateCommandTest {
  private static TenonRun run(Object... more) {
    List<Object> arguments =
        new ArrayList<>(
            List.of(
                "generate",
                "--model",
                Resources.directory("families/llama"),
                "--prompt",
                "Once upon a time",
                "--max-new-tokens",
                12));
    arguments.addAll(Arrays.asList(more));
    return TenonRun.of(arguments.toArray());
  }

  private static List<Map<String, Object>> answers(Object... more) {
    TenonRun run = run(more);
    assertThat(run.code()).as(run.err()).isZero();
    return run.out().lines().map(GenerateCommandTest::answer).toList();
  }

  private static Map<String, Object> answer(String line) {
    return Json.parseObject(line.getBytes(StandardCharsets.UTF_8), "answer").toMap();
  }

  @Test
  void aSeedFixesTheSamples() {
    Object[] sampling = {
      "--temperature", 1.3, "--top-k", 50, "--top-p", 0.95, "--samples", 3, "--json", "--seed", 7
    };
    List<Map<String, Object>> answers = answers(sampling);
    assertThat(answers).hasSize(3).doesNotHaveDuplicates().isEqualTo(answers(sampling));
    sampling[10] = 8;
    assertThat(answers(sampling)).doesNotContainAnyElementsOf(answers);
  }

  @Test
  void greedyIsTheDefaultAndWhatTopOneDraws() {
    List<Map<String, Object>> greedy = answers("--json", "--ignore-eos", "--min-new-tokens", 4);
    assertThat(answers("--greedy", "--json", "--ignore-eos")).isEqualTo(greedy);
    List<Map<String, Object>> top = answers("--top-k", 1, "--min-p", 0.1, "--json", "--ignore-eos");
    assertThat(top.get(0).get("token_ids")).isEqualTo(greedy.get(0).get("token_ids"));
    assertThat((List<?>) greedy.get(0).get("logprobs")).hasSize(12);
    assertThat(greedy.get(0)).containsEntry("finish_reason", "length");
  }

  @Test
  void aStopTextEndsTheAnswer() {
    String text = run("--ignore-eos").out();
    String stop = text.substring(5, 7);
    Map<String, Object> answer = answers("--ignore-eos", "--stop", stop, "--json").get(0);
    assertThat(answer).containsEntry("text", text.substring(0, text.indexOf(stop)));
    assertThat(answer).containsEntry("finish_reason", "stop");
  }

  @Test
  void whatContradictsIsRefused() {
    assertThat(run("--greedy", "--top-p", 0.5).code()).isEqualTo(2);
    TenonRun wrong = run("--temperature", 0, "--top-p", 2);
    assertThat(wrong.code()).isEqualTo(1);
    assertThat(wrong.err())
        .contains("temperature: 0.0 (expected: > 0); top_p: 2.0 (expected: 0 to 1)");
  }
}
