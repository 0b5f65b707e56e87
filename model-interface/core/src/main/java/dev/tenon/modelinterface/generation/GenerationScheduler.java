package dev.tenon.modelinterface.generation;

import dev.tenon.error.EngineClosedException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.QueueFullException;
import dev.tenon.generation.GenerationRequest;
import dev.tenon.generation.GenerationSession;
import dev.tenon.generation.Piece;
import dev.tenon.generation.SessionLimits;
import dev.tenon.internal.Problems;
import dev.tenon.model.Engine;
import dev.tenon.model.Network;
import dev.tenon.tensor.TokenIds;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Many requests on one session: a thread of its own steps those that fit into the session's limits,
 * and lets the next ones in, in the order they came, as soon as others end. So the memory of the
 * cache is bounded by the limits, the waiting by the queue. Any thread may submit. Nobody else may
 * use the engine while a scheduler is open.
 */
public final class GenerationScheduler implements AutoCloseable {
  private final Network network;
  private final SessionLimits limits;
  private final int mostWaiting;
  private final GenerationSession session;
  private final Thread thread;

  /** Guarded by this object, as is {@link #closed}. */
  private final Deque<Scheduled> waiting = new ArrayDeque<>();

  private final Map<Long, Scheduled> live = new HashMap<>(); // used by the thread only
  private boolean closed;

  /**
   * Starts the thread.
   *
   * @param engine stays the caller's to close, after the scheduler
   * @param limits requests side by side, and cache tokens over all of them
   * @param mostWaiting requests that may wait for a place
   */
  public GenerationScheduler(Engine engine, SessionLimits limits, int mostWaiting) {
    if (mostWaiting < 1) {
      throw new InvalidInputException(Problems.problem("waiting requests", mostWaiting, ">= 1"));
    }
    this.network = engine.network();
    this.limits = limits;
    this.mostWaiting = mostWaiting;
    this.session = engine.openSession(limits);
    this.thread = new Thread(this::work, "tenon-generation");
    thread.setDaemon(true);
    thread.start();
  }

  /** Submits a request without following it. See {@link #submit(GenerationRequest, Consumer)}. */
  public CompletableFuture<GeneratedTokens> submit(GenerationRequest request) {
    return submit(request, piece -> {});
  }

  /**
   * Submits a request.
   *
   * @param listener receives each piece on the scheduler's thread, so it must be quick; what it
   *     throws ends the request and is the future's failure
   * @return the answer; cancelling it frees the request's place before the next step. It fails with
   *     what a {@link dev.tenon.generation.LogitsProcessor} of the request throws
   * @throws InvalidInputException if the request alone is more than the limits, or longer than the
   *     network's positions
   * @throws QueueFullException if too many wait already
   * @throws EngineClosedException after close, or after a step that failed
   */
  public CompletableFuture<GeneratedTokens> submit(
      GenerationRequest request, Consumer<Piece> listener) {
    check(request);
    Scheduled added = new Scheduled(request, listener);
    synchronized (this) {
      if (closed) {
        throw closedError();
      }
      if (waiting.size() >= mostWaiting) {
        throw new QueueFullException(
            Problems.problem("waiting requests", waiting.size() + 1, "at most " + mostWaiting));
      }
      waiting.addLast(added);
      notifyAll();
    }
    return added.answer;
  }

  private void check(GenerationRequest request) {
    long tokens = tokens(request);
    Problems problems = new Problems();
    problems.check(
        tokens <= limits.cacheTokens(),
        "prompt and max_new_tokens",
        tokens + " tokens",
        "at most " + limits.cacheTokens() + " cache tokens");
    problems.check(
        tokens <= network.maxPositions(),
        "prompt and max_new_tokens",
        tokens + " tokens",
        "at most max_position_embeddings " + network.maxPositions());
    problems.throwIfAny(InvalidInputException::new);
  }

  private static long tokens(GenerationRequest request) {
    return (long) request.promptIds().size() + request.options().maxNewTokens();
  }

  private static EngineClosedException closedError() {
    return new EngineClosedException(
        Problems.problem("generation scheduler", "closed", "submit before close"));
  }

  private void work() {
    try {
      while (awaitWork()) {
        dropCancelled();
        session.step().forEach(this::deliver);
      }
      end(closedError());
    } catch (RuntimeException | Error e) {
      end(e);
    }
  }

  /** Lets in what fits and waits while there is nothing to do; false at the end. */
  private synchronized boolean awaitWork() {
    admit();
    while (!closed && live.isEmpty()) {
      try {
        wait();
      } catch (InterruptedException e) {
        closed = true;
      }
      admit();
    }
    return !closed;
  }

  /** The first one that waits goes first: a long request is not overtaken for ever. */
  private void admit() {
    while (!closed && !waiting.isEmpty() && fits(waiting.getFirst())) {
      Scheduled next = waiting.removeFirst();
      if (next.answer.isDone()) {
        continue;
      }
      try {
        live.put(session.add(next.request), next);
      } catch (InvalidInputException e) {
        next.answer.completeExceptionally(e);
      }
    }
  }

  private boolean fits(Scheduled next) {
    long taken = live.values().stream().mapToLong(x -> tokens(x.request)).sum();
    return live.size() < limits.requests() && taken + tokens(next.request) <= limits.cacheTokens();
  }

  private void dropCancelled() {
    for (Map.Entry<Long, Scheduled> each : List.copyOf(live.entrySet())) {
      if (each.getValue().answer.isDone()) {
        session.cancel(each.getKey());
        live.remove(each.getKey());
      }
    }
  }

  private void deliver(Piece piece) {
    Scheduled scheduled = Objects.requireNonNull(live.get(piece.id()), "unknown request");
    if (piece.finishReason().isPresent()) {
      live.remove(piece.id());
    }
    scheduled.take(piece);
  }

  /** Fails what has not ended and frees the cache. */
  private void end(Throwable cause) {
    List<Scheduled> left = new ArrayList<>(live.values());
    live.clear();
    synchronized (this) {
      closed = true;
      left.addAll(waiting);
      waiting.clear();
    }
    try {
      session.close();
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
    left.forEach(x -> x.answer.completeExceptionally(cause));
  }

  /**
   * Ends after the step in progress. Answers that are not complete fail with {@link
   * EngineClosedException}. Idempotent.
   *
   * @throws IllegalStateException from within a listener
   */
  @Override
  public void close() {
    if (Thread.currentThread() == thread) {
      throw new IllegalStateException(
          Problems.problem("close", "called by a listener", "another thread"));
    }
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return "GenerationScheduler(" + limits + ", " + mostWaiting + " waiting)";
  }

  /** A request and its answer in the making. */
  private static final class Scheduled {
    private final GenerationRequest request;
    private final Consumer<Piece> listener;
    private final CompletableFuture<GeneratedTokens> answer = new CompletableFuture<>();
    private final List<Long> ids = new ArrayList<>();
    private final List<Float> logprobs = new ArrayList<>();

    private Scheduled(GenerationRequest request, Consumer<Piece> listener) {
      this.request = request;
      this.listener = listener;
    }

    private void take(Piece piece) {
      piece.failure().ifPresent(answer::completeExceptionally);
      piece.tokenIds().stream().forEach(ids::add);
      logprobs.addAll(piece.logprobs());
      try {
        listener.accept(piece);
      } catch (RuntimeException | Error e) {
        answer.completeExceptionally(e);
      }
      piece
          .finishReason()
          .ifPresent(
              reason ->
                  answer.complete(
                      new GeneratedTokens(
                          TokenIds.of(ids.stream().mapToLong(Long::longValue).toArray()),
                          logprobs,
                          reason)));
    }
  }
}
