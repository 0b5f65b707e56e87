package dev.tenon.cli;

import dev.tenon.generation.FinishReason;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.generation.GenerationRequest;
import dev.tenon.generation.GenerationSession;
import dev.tenon.generation.Piece;
import dev.tenon.generation.SessionLimits;
import dev.tenon.model.Engine;
import dev.tenon.modelinterface.generation.GeneratedTokens;
import dev.tenon.modelinterface.generation.GenerationScheduler;
import dev.tenon.tensor.TokenIds;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** Random requests, of which some share a prompt, arrive at random and are partly cancelled. */
final class ScheduledRequests {
  private static final int MOST_PROMPT = 40;
  private static final int MOST_NEW = 24;

  private final Engine engine;
  private final Random random;
  private final List<GenerationRequest> requests = new ArrayList<>();

  ScheduledRequests(Engine engine, long seed, int count) {
    this.engine = engine;
    this.random = new Random(seed);
    for (int i = 0; i < count; i++) {
      requests.add(request());
    }
  }

  List<GenerationRequest> requests() {
    return requests;
  }

  private GenerationRequest request() {
    int vocab = engine.network().vocabSize();
    boolean again = !requests.isEmpty() && random.nextInt(4) == 0;
    TokenIds prompt =
        again
            ? requests.get(requests.size() - 1).promptIds()
            : TokenIds.of(random.longs(1 + random.nextInt(MOST_PROMPT), 0, vocab).toArray());
    int most = 1 + random.nextInt(MOST_NEW);
    GenerationOptions options =
        (random.nextBoolean() ? GenerationOptions.greedy(most) : sampling(most))
            .withRepetitionPenalty(oneOf(1, 1, 1.3))
            .withMinNewTokens(random.nextInt(1 + most))
            .withStopTokenIds(TokenIds.of(random.longs(2, 0, vocab).toArray()));
    return new GenerationRequest(prompt, options, random.nextLong(), random.nextInt(3));
  }

  private GenerationOptions sampling(int most) {
    return GenerationOptions.sampling(most)
        .withTemperature(0.5 + random.nextDouble())
        .withTopK((int) oneOf(0, 5, 50))
        .withTopP(oneOf(1, 0.9, 0.5))
        .withMinP(oneOf(0, 0, 0.05));
  }

  private double oneOf(double... values) {
    return values[random.nextInt(values.length)];
  }

  /**
   * Submits all, in bursts of which each waits for some answer; a twentieth is cancelled, at once
   * or while it grows. Ends when all have.
   */
  List<CompletableFuture<GeneratedTokens>> submit(GenerationScheduler scheduler) {
    List<CompletableFuture<GeneratedTokens>> answers = new ArrayList<>();
    for (GenerationRequest request : requests) {
      boolean cancelled = random.nextInt(20) == 0;
      answers.add(
          cancelled
              ? cancelledAfter(random.nextInt(4), scheduler, request)
              : scheduler.submit(request));
      if (random.nextInt(12) == 0) {
        waitFor(answers.get(random.nextInt(answers.size())));
      }
    }
    answers.forEach(ScheduledRequests::waitFor);
    return answers;
  }

  private static CompletableFuture<GeneratedTokens> cancelledAfter(
      int pieces, GenerationScheduler scheduler, GenerationRequest request) {
    CompletableFuture<CompletableFuture<GeneratedTokens>> own = new CompletableFuture<>();
    AtomicInteger left = new AtomicInteger(pieces);
    CompletableFuture<GeneratedTokens> answer =
        scheduler.submit(
            request,
            piece -> {
              if (left.decrementAndGet() < 0) {
                own.join().cancel(true);
              }
            });
    own.complete(answer);
    if (pieces == 0) {
      answer.cancel(true);
    }
    return answer;
  }

  private static void waitFor(CompletableFuture<GeneratedTokens> answer) {
    answer.handle((tokens, failure) -> tokens).join();
  }

  /** The answer of a session that holds nothing else. */
  GeneratedTokens alone(GenerationRequest request) {
    int tokens = request.promptIds().size() + request.options().maxNewTokens();
    try (GenerationSession session = engine.openSession(new SessionLimits(1, tokens))) {
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
}
