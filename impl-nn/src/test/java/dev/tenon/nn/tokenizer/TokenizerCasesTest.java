package dev.tenon.nn.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.tenon.chat.ChatOptions;
import dev.tenon.chat.ChatTemplate;
import dev.tenon.chat.ChatTemplateException;
import dev.tenon.chat.Message;
import dev.tenon.model.Tokenizer;
import dev.tenon.model.Tokenizer.Encoding;
import dev.tenon.model.Tokenizer.Padding;
import dev.tenon.nn.Resources;
import dev.tenon.tensor.TokenIds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Runs the tokenizer_cases.json of every directory of {@code -Dfamilies.dir}; by default of those
 * in the test resources, whose README tells how the numbers were made.
 */
class TokenizerCasesTest {
  @TestFactory
  Stream<DynamicContainer> casesOfAnIndependentImplementation() {
    return Resources.families("tokenizer_cases.json").stream()
        .map(x -> dynamicContainer(String.valueOf(x.getFileName()), tests(x)));
  }

  private static List<DynamicTest> tests(Path directory) {
    Tokenizer tokenizer = HfTokenizer.open(directory);
    Map<String, Object> cases = Resources.json(directory.resolve("tokenizer_cases.json"));
    List<DynamicTest> tests = new ArrayList<>();
    objects(cases.get("strings"))
        .forEach(x -> tests.add(dynamicTest("text " + x.get("text"), () -> text(tokenizer, x))));
    objects(cases.get("pairs"))
        .forEach(x -> tests.add(dynamicTest("pair " + x.get("text_a"), () -> pair(tokenizer, x))));
    objects(cases.getOrDefault("chat", List.of()))
        .forEach(
            x -> tests.add(dynamicTest("chat " + x.get("messages"), () -> chat(tokenizer, x))));
    tests.add(dynamicTest("pad right", () -> batch(tokenizer, cases, "right", Padding.RIGHT)));
    tests.add(dynamicTest("pad left", () -> batch(tokenizer, cases, "left", Padding.LEFT)));
    return tests;
  }

  private static void text(Tokenizer tokenizer, Map<String, Object> expected) {
    String text = (String) expected.get("text");
    Encoding with = tokenizer.encode(text, true);
    assertThat(longs(with.ids())).isEqualTo(expected.get("ids"));
    assertThat(longs(with.typeIds())).isEqualTo(expected.get("type_ids"));
    Encoding without = tokenizer.encode(text, false);
    assertThat(longs(without.ids())).isEqualTo(expected.get("ids_without_special"));
    assertThat(without.tokens()).isEqualTo(expected.get("tokens"));
    assertThat(
            without.offsets().stream().map(x -> List.of((long) x.start(), (long) x.end())).toList())
        .isEqualTo(expected.get("offsets"));
    assertThat(tokenizer.decode(with.ids(), false)).isEqualTo(expected.get("decode"));
    assertThat(tokenizer.decode(with.ids(), true)).isEqualTo(expected.get("decode_skip_special"));
  }

  private static void pair(Tokenizer tokenizer, Map<String, Object> expected) {
    Encoding pair =
        tokenizer.encodePair(
            (String) expected.get("text_a"), (String) expected.get("text_b"), true);
    assertThat(longs(pair.ids())).isEqualTo(expected.get("ids"));
    assertThat(longs(pair.typeIds())).isEqualTo(expected.get("type_ids"));
    assertThat(pair.specialTokensMask().stream().map(x -> x ? 1L : 0L).toList())
        .isEqualTo(expected.get("special_tokens_mask"));
  }

  private static void chat(Tokenizer tokenizer, Map<String, Object> expected) {
    List<Message> messages = objects(expected.get("messages")).stream().map(Message::new).toList();
    boolean prompt = (Boolean) expected.get("add_generation_prompt");
    ChatOptions options = ChatOptions.prompt().withAddGenerationPrompt(prompt);
    ChatTemplate template = tokenizer.chatTemplate().orElseThrow();
    if (expected.get("error") instanceof String error) {
      assertThatThrownBy(() -> template.render(messages, options))
          .isInstanceOf(ChatTemplateException.class)
          .hasMessageEndingWith(": " + error);
    } else {
      String text = template.render(messages, options).text();
      assertThat(text).isEqualTo(expected.get("text"));
      assertThat(longs(tokenizer.encode(text, false).ids())).isEqualTo(expected.get("ids"));
    }
  }

  private static void batch(
      Tokenizer tokenizer, Map<String, Object> cases, String side, Padding padding) {
    Map<?, ?> expected = (Map<?, ?>) cases.get("batch_truncate12_pad_" + side);
    List<String> texts =
        ((List<?>) expected.get("texts")).stream().map(String.class::cast).toList();
    assertThat(tokenizer.encodeIds(texts, 12))
        .isEqualTo(
            tokenizer.encodeBatch(texts, Padding.NONE, 12).stream().map(Encoding::ids).toList());
    List<Encoding> rows = tokenizer.encodeBatch(texts, padding, 12);
    assertThat(rows.stream().map(x -> longs(x.ids())).toList()).isEqualTo(expected.get("ids"));
    assertThat(
            rows.stream()
                .map(x -> x.attentionMask().stream().map(y -> y ? 1L : 0L).toList())
                .toList())
        .isEqualTo(expected.get("attention_mask"));
  }

  private static List<Long> longs(TokenIds ids) {
    return ids.stream().boxed().toList();
  }

  private static List<Long> longs(List<Integer> values) {
    return values.stream().map(Integer::longValue).toList();
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> objects(Object list) {
    return (List<Map<String, Object>>) list;
  }
}
