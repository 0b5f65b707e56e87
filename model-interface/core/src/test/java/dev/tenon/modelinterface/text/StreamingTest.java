package dev.tenon.modelinterface.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.backend.testkit.ByteTokenizer;
import dev.tenon.backend.testkit.FallbackTokenizer;
import dev.tenon.backend.testkit.ScriptedEngine;
import dev.tenon.generation.FinishReason;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.model.Model;
import dev.tenon.model.Tokenizer;
import dev.tenon.tensor.TokenIds;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Properties of streamed text, over random tokens cut into random steps. */
class StreamingTest {
  private static final String ALPHABET = "ab c\ndé€中😀\uFFFD";
  private static final List<String> STOPS = List.of("ab", "b c", "中😀", "\n\n", "aab");

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void validTextOfAByteTokenizer(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 150; i++) {
      String text = text(random, random.nextInt(40));
      check(new ByteTokenizer(), new ByteTokenizer().encode(text, false).ids(), random);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void randomBytesOfAByteTokenizer(long seed) {
    Random random = new Random(seed);
    byte[] letters = "ab c\né😀".getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 150; i++) {
      check(
          new ByteTokenizer(),
          ids(random, 40, () -> letters[random.nextInt(letters.length)] & 0xFF),
          random);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void randomTokensOfATokenizerWithByteFallback(long seed) {
    Random random = new Random(seed);
    byte[] letters = "ab é中".getBytes(StandardCharsets.UTF_8);
    int pieces = FallbackTokenizer.PIECES.size();
    for (int i = 0; i < 150; i++) {
      TokenIds ids =
          ids(
              random,
              60,
              () ->
                  random.nextBoolean()
                      ? letters[random.nextInt(letters.length)] & 0xFF
                      : 256 + random.nextInt(pieces));
      check(new FallbackTokenizer(), ids, random);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void answersOfManyWindows(long seed) {
    Random random = new Random(seed);
    String text = text(random, 1000);
    check(new ByteTokenizer(), new ByteTokenizer().encode(text, false).ids(), random);
    byte[] letters = "é中 ".getBytes(StandardCharsets.UTF_8);
    TokenIds ids =
        ids(
            random,
            2000,
            () ->
                random.nextInt(4) == 0
                    ? letters[random.nextInt(letters.length)] & 0xFF
                    : 256 + random.nextInt(FallbackTokenizer.PIECES.size()));
    check(new FallbackTokenizer(), ids, random);
  }

  @Test
  void aLeadingSpaceIsStrippedOnceAndLaterOnesStay() {
    TokenIds ids = TokenIds.of(257, 257, 256, 257); // ▁a ▁a ▁ ▁a
    List<String> pieces = new ArrayList<>();
    Generation answer =
        TextGenerator.open(script(new FallbackTokenizer(), ids, new Random(0))).stream(
            "x", GenerationOptions.greedy(4), pieces::add);

    assertThat(answer.text()).isEqualTo("a a  a");
    assertThat(String.join("", pieces)).isEqualTo("a a  a");
  }

  private static void check(Tokenizer tokenizer, TokenIds ids, Random random) {
    check(tokenizer, ids, List.of(), random);
    check(tokenizer, ids, STOPS, random);
  }

  private static void check(Tokenizer tokenizer, TokenIds ids, List<String> stops, Random random) {
    List<String> pieces = new ArrayList<>();
    GenerationOptions tokens = GenerationOptions.greedy(ids.size() + 1);
    TextOptions options = new TextOptions(tokens, stops, 0);
    TextGenerator llm = TextGenerator.open(script(tokenizer, ids, random));
    Generation answer = llm.stream("x", options, pieces::add);

    String whole = tokenizer.decode(ids, true);
    OptionalInt stop = firstStop(whole, stops);
    assertThat(answer.text()).isEqualTo(whole.substring(0, stop.orElse(whole.length())));
    assertThat(String.join("", pieces)).isEqualTo(answer.text());
    assertThat(llm.generate("x", options).text()).isEqualTo(answer.text());
    assertThat(pieces).allSatisfy(StreamingTest::isWhole);
    assertThat(answer.finishReason()).isEqualTo(FinishReason.STOP);
    assertThat(answer.logprobs()).hasSize(answer.tokenIds().size());
  }

  /** The start of the stop string with the smallest end, the longest among equals. */
  private static OptionalInt firstStop(String text, List<String> stops) {
    for (int end = 0; end <= text.length(); end++) {
      String head = text.substring(0, end);
      OptionalInt longest = stops.stream().filter(head::endsWith).mapToInt(String::length).max();
      if (longest.isPresent()) {
        return OptionalInt.of(end - longest.getAsInt());
      }
    }
    return OptionalInt.empty();
  }

  private static void isWhole(String piece) {
    assertThat(piece).isNotEmpty();
    assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(piece)).isTrue();
  }

  private static Model script(Tokenizer tokenizer, TokenIds ids, Random random) {
    long eos = tokenizer.eosTokenIds().get(0);
    TokenIds all = ids.concat(TokenIds.of(eos));
    return ScriptedEngine.model(
        tokenizer,
        5000,
        (prompt, answer) -> {
          int end = Math.min(all.size(), answer.size() + 1 + random.nextInt(3));
          return all.slice(answer.size(), end).toArray();
        });
  }

  private static String text(Random random, int length) {
    int[] points = ALPHABET.codePoints().toArray();
    return IntStream.range(0, length)
        .mapToObj(i -> Character.toString(points[random.nextInt(points.length)]))
        .reduce("", String::concat);
  }

  private static TokenIds ids(Random random, int most, java.util.function.IntSupplier each) {
    int length = random.nextInt(most);
    return TokenIds.of(IntStream.range(0, length).mapToLong(i -> each.getAsInt()).toArray());
  }
}
