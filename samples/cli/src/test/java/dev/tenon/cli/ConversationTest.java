package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.chat.Message;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.modelinterface.data.Conversation;
import dev.tenon.modelinterface.data.Dataset;
import dev.tenon.nn.tokenizer.HfTokenizer;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TokenIds;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConversationTest {
  @TempDir private Path scratch;

  private static HfTokenizer tokenizer(String folder) throws URISyntaxException {
    return HfTokenizer.open(
        Path.of(ConversationTest.class.getResource("/oracle/families/" + folder).toURI()));
  }

  @Test
  void withoutMarksTheLastAnswerIsLearned() throws Exception {
    HfTokenizer tokenizer = tokenizer("llama-rope3-sharded");
    Path file =
        Files.writeString(
            scratch.resolve("data.jsonl"),
            "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"},{\"role\":\"assistant\",\"content\":\"one\"},{\"role\":\"user\",\"content\":\"And?\"},{\"role\":\"assistant\",\"content\":\"two\"}]}\n");

    NamedArray item = Conversation.read(file, tokenizer).item(0);

    assertThat(learned(item, tokenizer)).isEqualTo("two<|eot_id|>");
    assertThat(text(item.get("input_ids").toLongs(), tokenizer))
        .endsWith("<|start_header_id|>assistant<|end_header_id|>\n\ntwo<|eot_id|>");
  }

  @Test
  void whatFollowsTheLastAnswerIsNotLearned() throws Exception {
    HfTokenizer tokenizer = tokenizer("llama-rope3-sharded");
    Dataset dataset =
        Conversation.of(
            List.of(Conversation.of(Message.user("a"), Message.assistant("b"), Message.user("c"))),
            tokenizer);

    assertThat(learned(dataset.item(0), tokenizer)).isEqualTo("b<|eot_id|>");
  }

  @Test
  void wrongLinesAreLocatedTogether() throws Exception {
    Path file =
        Files.writeString(
            scratch.resolve("bad.jsonl"),
            "{\"messages\":[{\"content\":\"Hi\"}]}\n{\"messages\":7}\n{\"text\":\"x\"}\n"
                + "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}\n");

    assertThatThrownBy(() -> Conversation.read(file, tokenizer("llama-rope3-sharded")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(
            "bad.jsonl:1: messages[0]: message.role: null (expected: a string such as user)")
        .hasMessageContaining("bad.jsonl:2: messages: 7 (expected: a list of objects)")
        .hasMessageContaining("bad.jsonl:3: messages: missing")
        .hasMessageContaining("bad.jsonl:4: messages: none to learn");
  }

  @Test
  void aTokenizerWithoutTemplateIsRefused() throws Exception {
    HfTokenizer plain = tokenizer("llama");
    List<Conversation> one = List.of(Conversation.of(Message.user("a"), Message.assistant("b")));

    assertThatThrownBy(() -> Conversation.of(one, plain))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageStartingWith("chat template: none");
  }

  private static String learned(NamedArray item, HfTokenizer tokenizer) {
    long[] ids = item.get("input_ids").toLongs();
    boolean[] mask = item.get("loss_mask").toBooleans();
    return text(
        IntStream.range(0, ids.length).filter(i -> mask[i]).mapToLong(i -> ids[i]).toArray(),
        tokenizer);
  }

  private static String text(long[] ids, HfTokenizer tokenizer) {
    return tokenizer.decode(TokenIds.of(ids), false);
  }
}
