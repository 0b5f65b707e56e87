package dev.tenon.nn.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.model.Tokenizer;
import dev.tenon.model.Tokenizer.Encoding;
import dev.tenon.model.Tokenizer.Padding;
import dev.tenon.model.Tokenizer.Span;
import dev.tenon.nn.Resources;
import dev.tenon.tensor.TokenIds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HfTokenizerTest {
  private static final Path LLAMA = Resources.path("families/llama");

  private final Tokenizer tokenizer = HfTokenizer.open(LLAMA);

  @Test
  void knowsItsVocabularyAndTheTokensWithARole() {
    assertThat(tokenizer.vocabSize()).isEqualTo(340);
    assertThat(tokenizer.bosTokenId()).hasValue(1);
    assertThat(tokenizer.eosTokenIds()).isEqualTo(TokenIds.of(2));
    assertThat(tokenizer.padTokenId()).hasValue(2);
    assertThat(tokenizer.tokenToId("<s>")).hasValue(1);
    assertThat(tokenizer.idToToken(1)).hasValue("<s>");
    assertThat(tokenizer.tokenToId("no such token")).isEmpty();
    assertThat(tokenizer.idToToken(9999)).isEmpty();
    assertThat(tokenizer)
        .hasToString("HfTokenizer(340 ids, bos OptionalLong[1], eos [2], pad OptionalLong[2])");
  }

  @Test
  void generationConfigDecidesWhatEndsASequence(@TempDir Path dir) throws IOException {
    copy(dir, "tokenizer.json", "tokenizer_config.json");
    assertThat(HfTokenizer.open(dir).eosTokenIds()).isEqualTo(TokenIds.of(2));
    Files.writeString(dir.resolve("config.json"), "{\"eos_token_id\": 5}");
    assertThat(HfTokenizer.open(dir).eosTokenIds()).isEqualTo(TokenIds.of(5));
    Files.writeString(dir.resolve("generation_config.json"), "{\"eos_token_id\": [7, 8]}");
    assertThat(HfTokenizer.open(dir).eosTokenIds()).isEqualTo(TokenIds.of(7, 8));
  }

  @Test
  void truncationAndPaddingOfTheFileDoNotLeak(@TempDir Path dir) throws IOException {
    copy(dir, "tokenizer.json");
    Path file = dir.resolve("tokenizer.json");
    String json =
        Files.readString(file)
            .replace(
                "\"truncation\": null",
                "\"truncation\": {\"direction\": \"Right\", \"max_length\": 3, \"strategy\":"
                    + " \"LongestFirst\", \"stride\": 0}")
            .replace(
                "\"padding\": null",
                "\"padding\": {\"strategy\": {\"Fixed\": 64}, \"direction\": \"Right\","
                    + " \"pad_to_multiple_of\": null, \"pad_id\": 2, \"pad_type_id\": 0,"
                    + " \"pad_token\": \"</s>\"}");
    Files.writeString(file, json);
    assertThat(json).contains("\"max_length\": 3").contains("\"Fixed\": 64");
    String text = "The quick brown fox jumps over the lazy dog.";
    assertThat(HfTokenizer.open(dir).encode(text, true)).isEqualTo(tokenizer.encode(text, true));
  }

  @Test
  void countsOffsetsInCodePoints() {
    List<Span> offsets = tokenizer.encode("\uD83D\uDE00a", false).offsets();
    assertThat(offsets.get(offsets.size() - 1)).isEqualTo(new Span(1, 2));
  }

  @Test
  void aLoneSurrogateSpoilsNothingElse() {
    String text = "caf\u00e9 \uD83D\uDE00 \uD800 end\0.";
    Encoding encoding = tokenizer.encode(text, false);
    assertThat(tokenizer.decode(encoding.ids(), true)).isEqualTo(text.replace('\uD800', '\uFFFD'));
  }

  @Test
  void cutsTheTextAndKeepsTheTemplate(@TempDir Path dir) throws IOException {
    List<String> texts = List.of("aaaa bbbb cccc", "a");
    List<Encoding> rows = tokenizer.encodeBatch(texts, Padding.NONE, 3);
    assertThat(tokenizer.encodeIds(texts, 3)).isEqualTo(rows.stream().map(Encoding::ids).toList());
    assertThat(rows).extracting(x -> x.ids().size()).containsExactly(3, 2);
    assertThat(rows.get(0).ids().get(0)).isEqualTo(1);
    copy(dir, "tokenizer.json");
    Files.writeString(dir.resolve("tokenizer_config.json"), "{\"truncation_side\": \"left\"}");
    Encoding left =
        HfTokenizer.open(dir).encodeBatch(List.of("aaaa bbbb cccc"), Padding.NONE, 3).get(0);
    Encoding whole = tokenizer.encode("aaaa bbbb cccc", true);
    int size = whole.ids().size();
    assertThat(left.ids()).isEqualTo(TokenIds.of(1).concat(whole.ids().slice(size - 2, size)));
  }

  @Test
  void paddingIsMarkedAsSpecialAndMasked() {
    Encoding row = tokenizer.encodeBatch(List.of("aaaa bbbb", "a"), Padding.LEFT, 64).get(1);
    assertThat(row.attentionMask().get(0)).isFalse();
    assertThat(row.specialTokensMask().get(0)).isTrue();
    assertThat(row.tokens().get(0)).isEqualTo("</s>");
    assertThat(tokenizer.encodeBatch(List.of(), Padding.RIGHT, 4)).isEmpty();
  }

  @Test
  void refusesWhatCannotBe() {
    assertThatThrownBy(() -> tokenizer.encodeBatch(List.of("a"), Padding.NONE, 0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("max length: 0");
    assertThatThrownBy(() -> tokenizer.decode(TokenIds.of(3, -1), true))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("token id: -1");
    assertThat(tokenizer.decode(TokenIds.of(9999), true)).isEmpty();
  }

  @Test
  void namesTheFileThatIsWrong(@TempDir Path dir) throws IOException {
    assertThatThrownBy(() -> HfTokenizer.open(dir))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("tokenizer.json");
    for (String text :
        List.of(
            "",
            "[]",
            "{}",
            "{\"model\": {\"vocab\": 3}}",
            "{\"model\": {\"vocab\": {\"a\": 0}}}")) {
      Files.writeString(dir.resolve("tokenizer.json"), text);
      assertThatThrownBy(() -> HfTokenizer.open(dir))
          .as(text)
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("tokenizer.json");
    }
  }

  @Test
  void servesThreadsAtOnce() {
    List<String> texts =
        IntStream.range(0, 200)
            .mapToObj(i -> "text " + i + " of many, " + "x".repeat(i % 17))
            .toList();
    List<Encoding> alone = texts.stream().map(x -> tokenizer.encode(x, true)).toList();
    assertThat(texts.parallelStream().map(x -> tokenizer.encode(x, true)).toList())
        .isEqualTo(alone);
  }

  @Test
  void freesItsNativeMemoryWithTheLastReference() throws InterruptedException {
    for (int i = 0; i < 20; i++) {
      assertThat(HfTokenizer.open(LLAMA).encode("a", true).ids().size()).isEqualTo(2);
    }
    for (int i = 0; i < 100 && NativeTokenizer.LIVE.get() > 10; i++) {
      System.gc();
      Thread.sleep(20);
    }
    assertThat(NativeTokenizer.LIVE.get()).isLessThanOrEqualTo(10);
    assertThat(tokenizer.encode("a", true).ids().size()).isEqualTo(2);
  }

  private static void copy(Path to, String... names) throws IOException {
    for (String name : names) {
      Files.copy(LLAMA.resolve(name), to.resolve(name));
    }
  }
}
