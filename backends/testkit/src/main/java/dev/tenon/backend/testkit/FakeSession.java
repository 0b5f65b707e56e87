package dev.tenon.backend.testkit;

import dev.tenon.error.EngineClosedException;
import dev.tenon.error.InsufficientMemoryException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.generation.FinishReason;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.generation.GenerationRequest;
import dev.tenon.generation.GenerationSession;
import dev.tenon.generation.Piece;
import dev.tenon.generation.SessionLimits;
import dev.tenon.internal.CallGuard;
import dev.tenon.internal.Problems;
import dev.tenon.tensor.TokenIds;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Generation; the state after the last token is the whole cache of a request. */
final class FakeSession implements GenerationSession {
  private final FakeNetwork network;
  private final FakeParameters weights;
  private final CallGuard guard;
  private final SessionLimits limits;
  private final Consumer<FakeSession> onClose;
  private final Map<Long, Live> live = new TreeMap<>();
  private long nextId;
  private boolean closed;

  FakeSession(
      FakeNetwork network,
      FakeParameters weights,
      CallGuard guard,
      SessionLimits limits,
      Consumer<FakeSession> onClose) {
    this.network = network;
    this.weights = weights;
    this.guard = guard;
    this.limits = limits;
    this.onClose = onClose;
  }

  @Override
  public long add(GenerationRequest request) {
    try (CallGuard.Pass pass = enter()) {
      check(request);
      long tokens = maxTokens(request);
      long all = tokens + live.values().stream().mapToLong(x -> maxTokens(x.request)).sum();
      if (live.size() == limits.requests() || all > limits.cacheTokens()) {
        throw new InsufficientMemoryException(
            Problems.problem(
                "session",
                (live.size() + 1) + " requests of " + all + " cache tokens",
                "at most " + limits));
      }
      live.put(nextId, new Live(nextId, request));
      return nextId++;
    }
  }

  private static long maxTokens(GenerationRequest request) {
    return (long) request.promptIds().size() + request.options().maxNewTokens();
  }

  private void check(GenerationRequest request) {
    long tokens = maxTokens(request);
    Problems problems = new Problems();
    problems.check(
        tokens <= network.maxPositions(),
        "prompt and max_new_tokens",
        request.promptIds().size() + " + " + request.options().maxNewTokens(),
        "at most max_position_embeddings " + network.maxPositions());
    problems.check(
        tokens <= limits.cacheTokens(), "request", tokens + " cache tokens", "at most " + limits);
    request.promptIds().stream()
        .filter(id -> id < 0 || id >= network.vocabSize())
        .findFirst()
        .ifPresent(id -> problems.add("prompt token", id, "0 to " + (network.vocabSize() - 1)));
    problems.throwIfAny(InvalidInputException::new);
  }

  @Override
  public List<Piece> step() {
    try (CallGuard.Pass pass = enter()) {
      List<Piece> pieces = new ArrayList<>();
      live.values().forEach(x -> pieces.add(x.step()));
      pieces.stream().filter(x -> x.finishReason().isPresent()).forEach(x -> live.remove(x.id()));
      return pieces;
    }
  }

  @Override
  public void cancel(long id) {
    try (CallGuard.Pass pass = enter()) {
      live.remove(id);
    }
  }

  @Override
  public int live() {
    return live.size();
  }

  private CallGuard.Pass enter() {
    CallGuard.Pass pass = guard.enter();
    if (closed) {
      pass.close();
      throw new EngineClosedException(Problems.problem("session", "closed", "open"));
    }
    return pass;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    try (CallGuard.Pass pass = guard.enter()) {
      release();
      onClose.accept(this);
    }
  }

  /** Frees everything; called by a thread that is inside the guard. */
  void release() {
    closed = true;
    live.clear();
  }

  /** A request in the making. */
  private final class Live {
    private final long id;
    private final GenerationRequest request;
    private final TokenChoice choice;
    private final Recurrence recurrence = new Recurrence(network.hiddenSize(), weights);
    private final Set<Integer> seen = new HashSet<>();
    private TokenIds ids;
    private double[] state = recurrence.start(); // [H]
    private int generated;

    private Live(long id, GenerationRequest request) {
      this.id = id;
      this.request = request;
      this.choice = new TokenChoice(request);
      this.ids = request.promptIds();
      request.promptIds().stream().forEach(token -> take((int) token));
    }

    private void take(int token) {
      state = recurrence.next(state, token);
      seen.add(token);
    }

    private Piece step() {
      GenerationOptions options = request.options();
      double[] logits = Recurrence.times(weights.head, state);
      int token;
      try {
        token = choice.choose(logits, seen, generated, this::process);
      } catch (RuntimeException | Error e) {
        return Piece.failed(id, e);
      }
      ids = ids.concat(TokenIds.of(token));
      double logprob = new Distribution(logits, options.temperature()).logprob(token);
      take(token);
      generated++;
      return new Piece(
          id, TokenIds.of(token), List.of((float) logprob), finishReason(options, token));
    }

    private void process(double[] logits) {
      if (request.options().logitsProcessors().isEmpty()) {
        return;
      }
      float[] row = new float[logits.length];
      for (int v = 0; v < row.length; v++) {
        row[v] = (float) logits[v];
      }
      request.process(ids, row);
      for (int v = 0; v < row.length; v++) {
        logits[v] = row[v];
      }
    }

    private Optional<FinishReason> finishReason(GenerationOptions options, int token) {
      if (options.closingIds().contains(token)) {
        return Optional.of(FinishReason.STOP);
      }
      return generated == options.maxNewTokens()
          ? Optional.of(FinishReason.LENGTH)
          : Optional.empty();
    }
  }
}
