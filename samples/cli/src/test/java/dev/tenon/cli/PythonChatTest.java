package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.chat.Message;
import dev.tenon.internal.Json;
import dev.tenon.modelinterface.data.Conversation;
import dev.tenon.modelinterface.data.Dataset;
import dev.tenon.nn.tokenizer.HfTokenizer;
import dev.tenon.tensor.NamedArray;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is learned of a conversation, against transformers. */
@Tag("python")
class PythonChatTest {
  private static final String MARKED =
      "{% for m in messages %}{% if m.role == 'assistant' %}<|start_header_id|>assistant{%"
          + " generation %} {{ m.content }}<|eot_id|>{% endgeneration %}{% else %}{{ bos_token if"
          + " loop.first }}{{ m.role }}: {{ m.content | trim }}\n"
          + "{% endif %}{% endfor %}";
  private static final List<String> WORDS =
      List.of("Hello", "café 😀?", " padded \n", "日本語", "", "2+2", "a\n\nb");

  @TempDir private Path scratch;

  @Test
  void learnsTheTokensThatTransformersMarks() throws Exception {
    Path directory = Files.createDirectories(scratch.resolve("model"));
    Path source = Path.of(getClass().getResource("/oracle/families/llama-rope3-sharded").toURI());
    try (Stream<Path> files = Files.list(source)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, directory.resolve(file.getFileName()));
      }
    }
    Files.writeString(directory.resolve("chat_template.jinja"), MARKED);
    List<Conversation> conversations = conversations(new Random(20261121));
    Object asked =
        conversations.stream()
            .map(x -> x.messages().stream().map(Message::fields).toList())
            .toList();
    Path request =
        Files.writeString(
            scratch.resolve("request.json"), Json.compact(Map.of("conversations", asked)));
    Path answer =
        TransformersReference.run(
            "/python/chat_masks.py", scratch, directory.toString(), request.toString());

    Dataset dataset = Conversation.of(conversations, HfTokenizer.open(directory));

    List<?> rows = (List<?>) Json.readObject(answer).toMap().get("rows");
    assertThat(rows).hasSize(conversations.size());
    for (int i = 0; i < rows.size(); i++) {
      Map<?, ?> row = (Map<?, ?>) rows.get(i);
      NamedArray item = dataset.item(i);
      assertThat(Json.compact(row.get("ids")))
          .isEqualTo(Json.compact(longs(item.get("input_ids").toLongs())));
      boolean[] mask = item.get("loss_mask").toBooleans();
      List<Long> learned = new ArrayList<>();
      for (boolean each : mask) {
        learned.add(each ? 1L : 0L);
      }
      assertThat(Json.compact(row.get("mask"))).isEqualTo(Json.compact(learned));
    }
  }

  private static List<Long> longs(long[] values) {
    return Stream.of(values).flatMap(x -> java.util.Arrays.stream(x).boxed()).toList();
  }

  private static List<Conversation> conversations(Random random) {
    List<Conversation> all = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      List<Message> messages = new ArrayList<>();
      for (int turn = 0; turn <= random.nextInt(3); turn++) {
        messages.add(Message.user(text(random)));
        messages.add(Message.assistant(text(random)));
      }
      all.add(new Conversation(messages, List.of()));
    }
    return all;
  }

  private static String text(Random random) {
    return String.join(
        " ", random.ints(random.nextInt(4), 0, WORDS.size()).mapToObj(WORDS::get).toList());
  }
}
