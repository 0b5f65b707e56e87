package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.chat.ChatOptions;
import dev.tenon.chat.Message;
import dev.tenon.cli.conformance.Resources;
import dev.tenon.error.EngineClosedException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.generation.FinishReason;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.modelinterface.text.Generation;
import dev.tenon.modelinterface.text.TextGenerator;
import dev.tenon.modelinterface.text.TextListener;
import dev.tenon.modelinterface.text.TextOptions;
import dev.tenon.nn.tokenizer.HfTokenizer;
import dev.tenon.tensor.TokenIds;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The text level on real models: tokenizers with byte fallback, and with bytes as letters. */
class TextGeneratorOnEngineTest {
  private static final GenerationOptions OPTIONS = GenerationOptions.greedy(40).ignoringEos();

  private static TextGenerator open(String family) {
    return TextGenerator.open(Resources.directory("families/" + family));
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "llama-rope3-sharded", "llama-bf16-v4config"})
  void piecesJoinToTheTextOfTheTokens(String family) {
    HfTokenizer tokenizer = HfTokenizer.open(Resources.directory("families/" + family));
    try (TextGenerator llm = open(family)) {
      StringBuilder joined = new StringBuilder();
      Generation answer = llm.stream("The quick brown", OPTIONS, joined::append);
      assertThat(answer.tokenIds().size()).isEqualTo(40);
      assertThat(answer.logprobs()).hasSize(40).allMatch(x -> x <= 0);
      assertThat(joined).hasToString(answer.text());
      assertThat(answer.text()).isEqualTo(tokenizer.decode(answer.tokenIds(), true));
      assertThat(llm.generate("The quick brown", OPTIONS)).isEqualTo(answer);
    }
  }

  @Test
  void aChatIsAnsweredAsItsRenderedPrompt() {
    HfTokenizer tokenizer = HfTokenizer.open(Resources.directory("families/llama-rope3-sharded"));
    List<Message> messages = List.of(Message.system("Be brief."), Message.user("Hi there"));
    try (TextGenerator llm = open("llama-rope3-sharded")) {
      StringBuilder joined = new StringBuilder();
      Generation answer = llm.chat(messages, OPTIONS, joined::append);
      String prompt =
          tokenizer.chatTemplate().orElseThrow().render(messages, ChatOptions.prompt()).text();
      int promptTokens = tokenizer.encode(prompt, false).ids().size();
      assertThat(answer.usage().promptTokens()).isEqualTo(promptTokens);
      assertThat(joined).hasToString(answer.text());
      assertThat(llm.chat(messages, OPTIONS)).isEqualTo(answer);
    }
    try (TextGenerator llm = open("llama")) {
      assertThatThrownBy(() -> llm.chat(messages, OPTIONS))
          .isInstanceOf(UnsupportedFeatureException.class)
          .hasMessageStartingWith("chat template: none");
    }
  }

  @Test
  void aStopStringEndsTheAnswerBeforeItself() {
    try (TextGenerator llm = open("llama-rope3-sharded")) {
      String whole = llm.generate("The quick brown", OPTIONS).text();
      String stop = whole.substring(whole.length() / 2, whole.length() / 2 + 2);
      TextOptions options = TextOptions.of(OPTIONS).withStopStrings(stop);
      Generation answer = llm.generate("The quick brown", options);
      assertThat(answer.text()).isEqualTo(whole.substring(0, whole.indexOf(stop)));
      assertThat(answer.finishReason()).isEqualTo(FinishReason.STOP);
    }
  }

  @Test
  void theFirstSampleIsTheSingleAnswerAndTheSeedFixesAll() {
    GenerationOptions one = GenerationOptions.sampling(40).withTemperature(1.2).withTopP(0.9);
    try (TextGenerator llm = open("llama-rope3-sharded")) {
      TextOptions three = TextOptions.of(one.withSamples(3)).withSeed(5);
      List<Generation> answers = llm.generateSamples("The quick brown", three);
      assertThat(answers).extracting(Generation::text).hasSize(3).doesNotHaveDuplicates();
      Generation single = llm.generate("The quick brown", TextOptions.of(one).withSeed(5));
      assertThat(single.tokenIds()).isEqualTo(answers.get(0).tokenIds());
      assertThat(llm.generateSamples("The quick brown", three)).isEqualTo(answers);
      assertThat(llm.generateSamples("The quick brown", three.withSeed(6)))
          .extracting(Generation::text)
          .doesNotContainAnyElementsOf(answers.stream().map(Generation::text).toList());
    }
  }

  @Test
  void manyThreadsGetTheAnswersThatOneGets() {
    List<String> prompts = IntStream.range(0, 16).mapToObj(i -> "Number " + i).toList();
    try (TextGenerator llm = open("llama")) {
      List<TokenIds> one = prompts.stream().map(x -> llm.generate(x, OPTIONS).tokenIds()).toList();
      List<CompletableFuture<TokenIds>> many =
          prompts.stream()
              .map(x -> CompletableFuture.supplyAsync(() -> llm.generate(x, OPTIONS).tokenIds()))
              .toList();
      assertThat(many.stream().map(CompletableFuture::join)).isEqualTo(one);
    }
  }

  @Test
  void aCancelledAnswerEndsAndTheGeneratorGoesOn() {
    try (TextGenerator llm = open("llama")) {
      StopAfterFirstPiece listener = new StopAfterFirstPiece();
      Generation answer = llm.stream("Once", OPTIONS, listener);
      assertThat(answer.finishReason()).isEqualTo(FinishReason.CANCELLED);
      assertThat(answer.tokenIds().size()).isBetween(1, 39);
      assertThat(llm.generate("Once", OPTIONS).tokenIds().size()).isEqualTo(40);
    }
  }

  private static final class StopAfterFirstPiece implements TextListener {
    private boolean heard;

    @Override
    public void onText(String piece) {
      heard = true;
    }

    @Override
    public boolean isCancelled() {
      return heard;
    }
  }

  @Test
  void aLongContextIsRefusedAndAClosedGeneratorToo() {
    TextGenerator llm = open("llama");
    assertThatThrownBy(() -> llm.generate("Once", GenerationOptions.greedy(4000)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("at most 128 together");
    llm.close();
    llm.close();
    assertThatThrownBy(() -> llm.generate("Once", OPTIONS))
        .isInstanceOf(EngineClosedException.class);
  }
}
