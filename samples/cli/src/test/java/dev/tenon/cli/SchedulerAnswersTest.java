package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.cli.conformance.Resources;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.generation.GenerationRequest;
import dev.tenon.generation.SessionLimits;
import dev.tenon.model.Engine;
import dev.tenon.model.Model;
import dev.tenon.modelinterface.generation.GeneratedTokens;
import dev.tenon.modelinterface.generation.GenerationScheduler;
import dev.tenon.nn.HfModels;
import dev.tenon.spec.Arguments;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.TokenIds;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Many requests through eight slots: each answer is the one that its request has alone. {@code
 * -Dscheduler.requests=1000} asks for more, {@code -Dscheduler.seed} for others.
 */
class SchedulerAnswersTest {
  /** Prompts are read in parts, alone they are not. */
  private static final SessionLimits LIMITS = new SessionLimits(8, 300).withPromptTokens(16);

  /** Rounding differs between batches; two choices that are so close may turn round. */
  private static final double NEAR_TIE = 1e-4;

  private final long seed = Long.getLong("scheduler.seed", 11L);

  /** Plain, sharded with other rotary positions; windows in all layers; in some; experts. */
  @ParameterizedTest
  @ValueSource(strings = {"llama-rope3-sharded", "mistral-window8", "gemma2", "mixtral", "gpt2"})
  void everyAnswerIsTheOneItHasAlone(String family) {
    check(family, Integer.getInteger("scheduler.requests", 60));
  }

  @Test
  @Tag("soak")
  void aThousandAnswersAreThoseTheyHaveAlone() {
    check("llama-rope3-sharded", 1000);
  }

  /** Else a wrong answer would pass for a near tie. */
  @Test
  void anotherTokenThanTheChosenOneIsNoNearTie() {
    try (Model model = open("llama-rope3-sharded")) {
      ScheduledRequests scheduled = new ScheduledRequests(model.engine(), seed, 40);
      for (GenerationRequest request : scheduled.requests()) {
        TokenIds alone = scheduled.alone(request).tokenIds();
        long other = (alone.get(0) + 1) % model.network().vocabSize();
        TokenIds planted = TokenIds.of(other).concat(alone.slice(1, alone.size()));
        assertThat(DecidingGap.of(model.engine(), request, alone, planted))
            .as("%s", request)
            .isGreaterThan(NEAR_TIE);
      }
    }
  }

  private void check(String family, int count) {
    try (Model model = open(family)) {
      Engine engine = model.engine();
      ScheduledRequests scheduled = new ScheduledRequests(engine, seed, count);
      List<CompletableFuture<GeneratedTokens>> answers;
      try (GenerationScheduler scheduler = new GenerationScheduler(engine, LIMITS, count)) {
        answers = scheduled.submit(scheduler);
        allPlacesAreFree(scheduler);
      }
      int completed = 0;
      int equal = 0;
      for (int i = 0; i < count; i++) {
        if (!answers.get(i).isCancelled()) {
          completed++;
          equal += same(scheduled, engine, i, answers.get(i).join()) ? 1 : 0;
        }
      }
      assertThat(completed).isGreaterThan(count * 8 / 10);
      assertThat(equal).isGreaterThanOrEqualTo((int) Math.ceil(0.99 * completed));
    }
  }

  private static Model open(String family) {
    Arguments path = Arguments.of("path", Resources.directory("families/" + family));
    return new PyTorchBackend()
        .initializeForInference(HfModels.registry().create("hf", family, Device.cpu(), path));
  }

  /** Whether an answer is the one alone; fails if it is another without a near tie. */
  private static boolean same(
      ScheduledRequests scheduled, Engine engine, int i, GeneratedTokens together) {
    GenerationRequest request = scheduled.requests().get(i);
    GeneratedTokens alone = scheduled.alone(request);
    if (!alone.tokenIds().equals(together.tokenIds())) {
      assertThat(DecidingGap.of(engine, request, alone.tokenIds(), together.tokenIds()))
          .as("%s: %s alone, %s together", request, alone.tokenIds(), together.tokenIds())
          .isLessThan(NEAR_TIE);
      return false;
    }
    assertThat(together.finishReason()).isEqualTo(alone.finishReason());
    for (int t = 0; t < alone.logprobs().size(); t++) {
      assertThat(together.logprobs().get(t)).isCloseTo(alone.logprobs().get(t), within(1e-3f));
    }
    return true;
  }

  /** Eight requests that take all cache tokens grow side by side: no place has been lost. */
  private static void allPlacesAreFree(GenerationScheduler scheduler) {
    int share = (int) (LIMITS.cacheTokens() / LIMITS.requests());
    GenerationRequest request =
        GenerationRequest.of(
            TokenIds.of(1, 2, 3), GenerationOptions.greedy(share - 3).ignoringEos());
    CountDownLatch all = new CountDownLatch(1);
    List<Integer> begun = new ArrayList<>();
    List<Integer> begunAtEnds = new ArrayList<>();
    List<CompletableFuture<GeneratedTokens>> answers = new ArrayList<>();
    for (int i = 0; i < LIMITS.requests(); i++) {
      int number = i;
      answers.add(
          scheduler.submit(
              request,
              piece -> {
                await(all);
                if (!begun.contains(number)) {
                  begun.add(number);
                }
                piece.finishReason().ifPresent(x -> begunAtEnds.add(begun.size()));
              }));
    }
    all.countDown();
    answers.forEach(CompletableFuture::join);
    assertThat(begunAtEnds).hasSize(LIMITS.requests()).containsOnly(LIMITS.requests());
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
