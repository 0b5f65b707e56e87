package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.cli.conformance.Resources;
import dev.tenon.error.EngineClosedException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.QueueFullException;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.generation.GenerationRequest;
import dev.tenon.generation.SessionLimits;
import dev.tenon.model.Engine;
import dev.tenon.model.Model;
import dev.tenon.model.ModelBackend;
import dev.tenon.model.ModelRegistry;
import dev.tenon.modelinterface.generation.GeneratedTokens;
import dev.tenon.modelinterface.generation.GenerationScheduler;
import dev.tenon.spec.Arguments;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.TokenIds;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The scheduler on a real engine; its answers are {@link SchedulerAnswersTest}'s. */
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
