package dev.tenon.nn.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.tenon.chat.ChatOptions;
import dev.tenon.chat.ChatTemplateException;
import dev.tenon.chat.Message;
import dev.tenon.chat.RenderedChat;
import dev.tenon.internal.Json;
import dev.tenon.nn.Resources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Random conversations as transformers renders them. {@code -Dchat.cases} names other cases, made
 * by generator/make_chats.py.
 */
class ChatCasesTest {
  private static final Path TEMPLATES = Resources.path("chat");

  @TestFactory
  Stream<DynamicTest> rendersAsTransformers() {
    String other = System.getProperty("chat.cases");
    Path file = other == null ? TEMPLATES.resolve("chats.json") : Path.of(other);
    List<?> cases = (List<?>) Json.readObject(file).toMap().get("cases");
    return cases.stream().map(x -> test((Map<?, ?>) x));
  }

  private static DynamicTest test(Map<?, ?> expected) {
    String name = expected.get("template") + " " + Json.compact(expected.get("messages"));
    return dynamicTest(name, () -> check(expected));
  }

  private static void check(Map<?, ?> expected) throws IOException {
    String source = Files.readString(TEMPLATES.resolve((String) expected.get("template")));
    Map<String, Object> variables = cast(expected.get("variables"));
    HfChatTemplate template =
        new HfChatTemplate(Map.of("default", source), Map.of(), Clock.systemUTC());
    List<Message> messages =
        ((List<?>) expected.get("messages"))
            .stream().map(x -> new Message(ChatCasesTest.cast(x))).toList();
    List<Map<String, Object>> tools = new ArrayList<>();
    if (expected.get("tools") instanceof List<?> given) {
      given.forEach(x -> tools.add(cast(x)));
    }
    ChatOptions options =
        new ChatOptions(
            (Boolean) expected.get("add_generation_prompt"),
            tools,
            java.util.Optional.empty(),
            variables);
    if (expected.get("error") instanceof String error) {
      String message = error.substring(error.indexOf(": ") + 2);
      assertThatThrownBy(() -> template.render(messages, options))
          .isInstanceOf(ChatTemplateException.class)
          .hasMessageMatching("chat template:\\d+: .*")
          .satisfies(x -> checkMessage(error, message, x));
    } else {
      RenderedChat rendered = template.render(messages, options);
      assertThat(rendered.text()).isEqualTo(expected.get("text"));
      assertThat(
              rendered.assistant().orElse(List.of()).stream()
                  .map(x -> List.of(x.start(), x.end()).toString())
                  .toList())
          .isEqualTo(((List<?>) expected.get("generated")).stream().map(Object::toString).toList());
    }
  }

  /** What a template raises is the same; Python's own errors may be in other words. */
  private static void checkMessage(String error, String message, Throwable thrown) {
    if (error.startsWith("TemplateError")) {
      assertThat(thrown).hasMessageEndingWith(message);
    }
  }

  private static Map<String, Object> cast(Object map) {
    Map<String, Object> copy = new LinkedHashMap<>();
    ((Map<?, ?>) map).forEach((key, value) -> copy.put((String) key, value));
    return copy;
  }
}
