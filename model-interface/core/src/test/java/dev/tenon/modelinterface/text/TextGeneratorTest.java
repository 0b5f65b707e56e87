package dev.tenon.modelinterface.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.backend.testkit.ByteTokenizer;
import dev.tenon.backend.testkit.FakeNetwork;
import dev.tenon.backend.testkit.ScriptedEngine;
import dev.tenon.error.EngineClosedException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnknownNameException;
import dev.tenon.generation.FinishReason;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.model.Head;
import dev.tenon.model.Model;
import dev.tenon.tensor.TokenIds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class TextGeneratorTest {
  private static final ByteTokenizer BYTES = new ByteTokenizer();

  /** Says the text byte by byte, then eos. */
  private static Model saying(String text) {
    TokenIds ids = BYTES.encode(text, false).ids();
    return ScriptedEngine.model(
        BYTES,
        100,
        (prompt, answer) ->
            new long[] {answer.size() < ids.size() ? ids.get(answer.size()) : ByteTokenizer.EOS});
  }

  @Test
  void anAnswerHasTextTokensReasonAndUsage() {
    try (TextGenerator llm = TextGenerator.open(saying("Grüße"))) {
      Generation answer = llm.generate("Hi", GenerationOptions.greedy(20));

      TokenIds said = BYTES.encode("Grüße", false).ids();
      assertThat(answer.text()).isEqualTo("Grüße");
      assertThat(answer.tokenIds()).isEqualTo(said.concat(TokenIds.of(ByteTokenizer.EOS)));
      assertThat(answer.logprobs()).hasSize(8).containsOnly(-1f);
      assertThat(answer.finishReason()).isEqualTo(FinishReason.STOP);
      assertThat(answer.usage()).isEqualTo(new Usage(3, 8));
    }
  }

  @Test
  void anAnswerCutByLengthEndsWithAReplacementForAHalfCodePoint() {
    Generation answer = TextGenerator.open(saying("aé")).generate("", GenerationOptions.greedy(2));

    assertThat(answer.text()).isEqualTo("a\uFFFD");
    assertThat(answer.finishReason()).isEqualTo(FinishReason.LENGTH);
  }

  @Test
  void closingIdsOfTheOptionsReplaceTheTokenizersOwn() {
    GenerationOptions options = GenerationOptions.greedy(9).withEosTokenIds(TokenIds.of('c'));
    Generation answer = TextGenerator.open(saying("abcd")).generate("", options);

    assertThat(answer.tokenIds()).isEqualTo(TokenIds.of('a', 'b', 'c'));
    assertThat(answer.finishReason()).isEqualTo(FinishReason.STOP);
  }

  @Test
  void aStopStringEndsTheAnswerAndIsNoPartOfIt() {
    TextOptions options = TextOptions.of(GenerationOptions.greedy(50)).withStopStrings("\nUser:");
    List<String> pieces = new ArrayList<>();
    Generation answer =
        TextGenerator.open(saying("Yes.\nUs\nUser: no")).stream("", options, pieces::add);

    assertThat(answer.text()).isEqualTo("Yes.\nUs");
    assertThat(String.join("", pieces)).isEqualTo(answer.text());
    assertThat(pieces).contains("\nUs");
    assertThat(answer.finishReason()).isEqualTo(FinishReason.STOP);
    assertThat(answer.usage().completionTokens()).isEqualTo(13);
  }

  @Test
  void cancellingEndsWithThePiecesHandedOut() {
    List<String> pieces = new ArrayList<>();
    TextListener two =
        new TextListener() {
          @Override
          public void onText(String piece) {
            pieces.add(piece);
          }

          @Override
          public boolean isCancelled() {
            return pieces.size() == 2;
          }
        };
    Generation answer =
        TextGenerator.open(saying("abcdef")).stream("", GenerationOptions.greedy(50), two);

    assertThat(answer.text()).isEqualTo("ab");
    assertThat(pieces).containsExactly("a", "b");
    assertThat(answer.finishReason()).isEqualTo(FinishReason.CANCELLED);
  }

  @Test
  void samplesEndEachAtTheirOwnStop() {
    TokenIds ids = BYTES.encode("one. two", false).ids();
    List<Integer> lengths = new ArrayList<>(List.of(3, 8)); // the second script says more
    Model model =
        ScriptedEngine.model(
            BYTES,
            100,
            (prompt, answer) -> {
              boolean first = answer.isEmpty();
              int length = first ? lengths.remove(0) : answer.size();
              return first ? ids.slice(0, length).toArray() : new long[] {ByteTokenizer.EOS};
            });
    GenerationOptions two = GenerationOptions.sampling(20).withSamples(2);
    List<Generation> answers =
        TextGenerator.open(model)
            .generateSamples("", TextOptions.of(two).withStopStrings(".").withSeed(3));

    assertThat(answers).extracting(Generation::text).containsExactly("one", "one");
    assertThat(answers).extracting(x -> x.usage().completionTokens()).containsExactly(4, 8);
    assertThat(answers).extracting(Generation::finishReason).containsOnly(FinishReason.STOP);
  }

  @Test
  void severalSamplesAreRefusedWhereOneAnswerIsReturned() {
    GenerationOptions two = GenerationOptions.sampling(20).withSamples(2);

    assertThatThrownBy(() -> TextGenerator.open(saying("abc")).generate("", two))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("num_return_sequences: 2 (expected: 1; several by generateSamples)");
  }

  @Test
  void aListenersExceptionEndsTheCallAndTheGeneratorStaysUsable() {
    TextGenerator llm = TextGenerator.open(saying("abc"));
    TextListener broken =
        piece -> {
          throw new IllegalStateException("broken listener");
        };

    assertThatThrownBy(() -> llm.stream("", GenerationOptions.greedy(9), broken))
        .hasMessage("broken listener");
    assertThat(llm.generate("", GenerationOptions.greedy(9)).text()).isEqualTo("abc");
  }

  @Test
  void anAnswerThatCannotFitIsRefusedBeforeAnyWork() {
    TextGenerator llm = TextGenerator.open(saying("abc"));

    assertThatThrownBy(() -> llm.generate("12345", GenerationOptions.greedy(95)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("prompt and max_new_tokens: 6 + 95 tokens (expected: at most 100 together)");
    assertThat(llm.generate("12345", GenerationOptions.greedy(94)).text()).isEqualTo("abc");
  }

  @Test
  void concurrentCallsTakeTurnsOnTheEngine() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    List<Integer> together = Collections.synchronizedList(new ArrayList<>());
    Model model =
        ScriptedEngine.model(
            BYTES,
            100,
            (prompt, answer) -> {
              together.add(inside.incrementAndGet());
              Thread.yield();
              inside.decrementAndGet();
              return new long[] {answer.size() == 5 ? ByteTokenizer.EOS : prompt[1]};
            });
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (TextGenerator llm = TextGenerator.open(model)) {
      List<Callable<String>> calls = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        String prompt = Character.toString('a' + i);
        calls.add(() -> llm.generate(prompt, GenerationOptions.greedy(20)).text());
      }
      List<Future<String>> answers = threads.invokeAll(calls);
      for (int i = 0; i < 20; i++) {
        assertThat(answers.get(i).get()).isEqualTo(Character.toString('a' + i).repeat(5));
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(together).hasSizeGreaterThanOrEqualTo(100).containsOnly(1);
  }

  @Test
  @Timeout(60)
  void aSlowListenerHoldsUpNoOtherCallButClose() throws Exception {
    CountDownLatch others = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    List<String> ended = Collections.synchronizedList(new ArrayList<>());
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (TextGenerator llm = TextGenerator.open(saying("abc"))) {
      TextListener slow =
          piece -> {
            begun.countDown();
            await(others);
          };
      Future<?> first =
          threads.submit(
              () -> {
                llm.stream("", GenerationOptions.greedy(9), slow);
                ended.add("stream");
              });
      await(begun);
      assertThat(llm.generate("", GenerationOptions.greedy(9)).text()).isEqualTo("abc");
      Future<?> close =
          threads.submit(
              () -> {
                llm.close();
                ended.add("close");
              });
      others.countDown();
      first.get();
      close.get();
    } finally {
      threads.shutdownNow();
    }
    assertThat(ended).containsExactly("stream", "close");
  }

  @Test
  void aListenerCannotCloseItsGenerator() {
    TextGenerator llm = TextGenerator.open(saying("abc"));
    TextListener closing = piece -> llm.close();
    assertThatThrownBy(() -> llm.stream("", GenerationOptions.greedy(9), closing))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("close: called by a listener (expected: after its answer)");
    assertThat(llm.generate("", GenerationOptions.greedy(9)).text()).isEqualTo("abc");
    llm.close();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void closeIsIdempotentAndLeavesAModelThatTheCallerRunsOpen() {
    Model model = saying("abc");
    TextGenerator llm = TextGenerator.open(model);
    llm.close();
    llm.close();

    assertThatThrownBy(() -> llm.generate("", GenerationOptions.greedy(9)))
        .isInstanceOf(EngineClosedException.class);
    assertThat(((ScriptedEngine) model.module()).isClosed()).isFalse();
  }

  @Test
  void aMissingBackendOrModelTypeIsNamedWithItsArtifact() {
    Model network = FakeNetwork.of(258, 9).model("fake", BYTES);

    assertThatThrownBy(() -> TextGenerator.open(network))
        .isInstanceOf(UnknownNameException.class)
        .hasMessageContaining("dev.tenon:tenon-pytorch");
    assertThatThrownBy(() -> TextGenerator.open(Path.of("nowhere")))
        .isInstanceOf(UnknownNameException.class)
        .hasMessageContaining("dev.tenon:tenon-pytorch")
        .hasMessageContaining("dev.tenon:tenon-nn");
  }

  @Test
  void aNetworkThatPredictsNoTokensIsRefused() {
    Model pooled = FakeNetwork.of(258, 9).withHead(Head.POOLED_EMBEDDING).model("fake", BYTES);

    assertThatThrownBy(() -> TextGenerator.open(pooled))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("head: POOLED_EMBEDDING (expected: CAUSAL_LM)");
  }

  @Test
  void emptyAndMalformedStopStringsAreRefusedTogether() {
    assertThatThrownBy(
            () -> TextOptions.of(GenerationOptions.greedy(1)).withStopStrings("", "ok", "\uD800"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("stop string: \"\"")
        .hasMessageContaining(";");
  }
}
