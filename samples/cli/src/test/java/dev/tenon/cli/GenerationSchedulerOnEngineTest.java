package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.cli.conformance.Resources;
import dev.tenon.error.EngineClosedException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.QueueFullException;
import dev.tenon.generation.FinishReason;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.generation.GenerationRequest;
import dev.tenon.generation.GenerationSession;
import dev.tenon.generation.Piece;
import dev.tenon.generation.SessionLimits;
import dev.tenon.model.Engine;
import dev.tenon.model.Model;
import dev.tenon.model.ModelBackend;
import dev.tenon.model.ModelRegistry;
import dev.tenon.model.Output;
import dev.tenon.modelinterface.generation.GeneratedTokens;
import dev.tenon.modelinterface.generation.GenerationScheduler;
import dev.tenon.spec.Arguments;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import dev.tenon.tensor.TokenIds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The scheduler on a real engine. {@code -Dscheduler.requests=1000} asks for more requests, {@code
 * -Dscheduler.seed} for others.
 */
class GenerationSchedulerOnEngineTest {
  private static final SessionLimits LIMITS = new SessionLimits(8, 300);

  private final Model model =
      ModelBackend.fromServiceLoader()
          .get("pytorch")
          .initializeForInference(
              ModelRegistry.fromServiceLoader()
                  .create(
                      "hf",
                      "m",
                      Device.cpu(),
                      Arguments.of("path", Resources.directory("families/llama-rope3-sharded"))));

  private final Engine engine = model.engine();

  @AfterEach
  void close() {
    model.close();
  }

  @Test
  void everyAnswerIsTheOneItHasAlone() {
    int count = Integer.getInteger("scheduler.requests", 80);
    Random random = new Random(Long.getLong("scheduler.seed", 11L));
    List<GenerationRequest> requests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      requests.add(request(random));
    }
    List<GeneratedTokens> together;
    try (GenerationScheduler scheduler = new GenerationScheduler(engine, LIMITS, count)) {
      List<CompletableFuture<GeneratedTokens>> answers =
          requests.stream().map(scheduler::submit).toList();
      together = answers.stream().map(CompletableFuture::join).toList();
    }
    int equal = 0;
    for (int i = 0; i < count; i++) {
      GeneratedTokens alone = alone(requests.get(i));
      boolean same = alone.tokenIds().equals(together.get(i).tokenIds());
      equal += same ? 1 : 0;
      if (!same && !requests.get(i).options().doSample()) {
        assertThat(gap(requests.get(i), alone.tokenIds(), together.get(i).tokenIds()))
            .isLessThan(1e-4f);
      }
    }
    assertThat(equal).isGreaterThanOrEqualTo((int) Math.ceil(0.99 * count));
  }

  private GenerationRequest request(Random random) {
    int vocab = engine.network().vocabSize();
    long[] prompt = random.longs(1 + random.nextInt(40), 0, vocab).toArray();
    int most = 1 + random.nextInt(24);
    GenerationOptions options =
        random.nextBoolean()
            ? GenerationOptions.greedy(most)
            : GenerationOptions.sampling(most).withTemperature(0.9).withTopK(20);
    return new GenerationRequest(
        TokenIds.of(prompt), options, random.nextLong(), random.nextInt(3));
  }

  private GeneratedTokens alone(GenerationRequest request) {
    try (GenerationSession session = engine.openSession(new SessionLimits(1, 300))) {
      session.add(request);
      TokenIds ids = TokenIds.of();
      List<Float> logprobs = new ArrayList<>();
      FinishReason reason = FinishReason.CANCELLED;
      while (session.live() > 0) {
        for (Piece piece : session.step()) {
          ids = ids.concat(piece.tokenIds());
          logprobs.addAll(piece.logprobs());
          reason = piece.finishReason().orElse(reason);
        }
      }
      return new GeneratedTokens(ids, logprobs, reason);
    }
  }

  /** Between the two likeliest tokens where two greedy answers part. */
  private float gap(GenerationRequest request, TokenIds a, TokenIds b) {
    int same = 0;
    while (same < Math.min(a.size(), b.size()) && a.get(same) == b.get(same)) {
      same++;
    }
    long[] ids = request.promptIds().concat(a.slice(0, same)).toArray();
    NamedArray batch =
        NamedArray.builder(Items.of(List.of("0"), List.of(ids.length)))
            .put("input_ids", TensorData.ofLongs(ids, ids.length))
            .build();
    float[] logits = engine.forward(batch, Output.LOGITS).get("logits").toFloats();
    int vocab = engine.network().vocabSize();
    float[] last = Arrays.copyOfRange(logits, logits.length - vocab, logits.length);
    Arrays.sort(last);
    return last[vocab - 1] - last[vocab - 2];
  }

  @Test
  void aCancelledRequestGivesItsPlaceToTheNext() throws Exception {
    GenerationOptions options = GenerationOptions.greedy(60).ignoringEos();
    GenerationRequest request = GenerationRequest.of(TokenIds.of(1, 2, 3), options);
    CountDownLatch begun = new CountDownLatch(1);
    SessionLimits one = new SessionLimits(1, 100);
    try (GenerationScheduler scheduler = new GenerationScheduler(engine, one, 4)) {
      CompletableFuture<GeneratedTokens> first =
          scheduler.submit(request, piece -> begun.countDown());
      begun.await();
      CompletableFuture<GeneratedTokens> second = scheduler.submit(request);
      first.cancel(true);
      assertThat(second.join().tokenIds().size()).isEqualTo(60);
      assertThatThrownBy(first::join).isInstanceOf(CancellationException.class);
    }
  }

  @Test
  void refusesClearlyWhatCannotBe() throws Exception {
    GenerationOptions options = GenerationOptions.greedy(40).ignoringEos();
    GenerationRequest request = GenerationRequest.of(TokenIds.of(1, 2, 3), options);
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    SessionLimits one = new SessionLimits(1, 50);
    GenerationScheduler scheduler = new GenerationScheduler(engine, one, 1);
    CompletableFuture<GeneratedTokens> live =
        scheduler.submit(
            request,
            piece -> {
              begun.countDown();
              await(go);
            });
    begun.await();
    CompletableFuture<GeneratedTokens> waiting = scheduler.submit(request);
    assertThatThrownBy(() -> scheduler.submit(request)).isInstanceOf(QueueFullException.class);
    GenerationRequest tooLong = GenerationRequest.of(TokenIds.of(1), GenerationOptions.greedy(50));
    assertThatThrownBy(() -> scheduler.submit(tooLong))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("51 tokens (expected: at most 50 cache tokens)");
    go.countDown();
    scheduler.close();
    scheduler.close();
    for (CompletableFuture<GeneratedTokens> each : List.of(live, waiting)) {
      assertThatThrownBy(each::join)
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(EngineClosedException.class);
    }
    assertThatThrownBy(() -> scheduler.submit(request)).isInstanceOf(EngineClosedException.class);
  }

  @Test
  void aFailingListenerEndsItsOwnRequestOnly() {
    GenerationRequest request =
        GenerationRequest.of(TokenIds.of(1, 2, 3), GenerationOptions.greedy(8).ignoringEos());
    try (GenerationScheduler scheduler = new GenerationScheduler(engine, LIMITS, 4)) {
      CompletableFuture<GeneratedTokens> failing =
          scheduler.submit(
              request,
              piece -> {
                throw new IllegalStateException("full");
              });
      CompletableFuture<GeneratedTokens> other = scheduler.submit(request);
      assertThat(other.join().tokenIds().size()).isEqualTo(8);
      assertThatThrownBy(failing::join).hasRootCauseMessage("full");
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
