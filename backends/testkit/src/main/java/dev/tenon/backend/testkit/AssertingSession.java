package dev.tenon.backend.testkit;

import dev.tenon.generation.FinishReason;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.generation.GenerationRequest;
import dev.tenon.generation.GenerationSession;
import dev.tenon.generation.Piece;
import dev.tenon.generation.SessionLimits;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Watches a session; see {@link AssertingBackend}. */
final class AssertingSession implements GenerationSession {
  private final GenerationSession session;
  private final int vocabSize;
  private final SessionLimits limits;
  private final Runnable onClose;
  private final Map<Long, Live> live = new TreeMap<>();
  private long lastId = -1;
  private boolean closed;

  AssertingSession(
      GenerationSession session, int vocabSize, SessionLimits limits, Runnable onClose) {
    this.session = session;
    this.vocabSize = vocabSize;
    this.limits = limits;
    this.onClose = onClose;
  }

  private <T> T watch(String call, Supplier<T> action) {
    return closed ? Contract.refusedAfterClose("session." + call, action) : action.get();
  }

  @Override
  public long add(GenerationRequest request) {
    long id = watch("add", () -> session.add(request));
    Contract.check(id > lastId, "session.add", "id " + id, "unique and rising, above " + lastId);
    lastId = id;
    live.put(id, new Live(request));
    Contract.check(
        live.size() <= limits.requests(),
        "session.add",
        live.size() + " live requests",
        "at most " + limits.requests());
    checkLive("session.add");
    return id;
  }

  @Override
  public List<Piece> step() {
    List<Piece> pieces = watch("step", session::step);
    Contract.check(
        pieces.stream().map(Piece::id).toList().equals(List.copyOf(live.keySet())),
        "session.step",
        "pieces of " + pieces.stream().map(Piece::id).toList(),
        "one for each live request in the order of ids, " + live.keySet());
    for (Piece piece : pieces) {
      if (Objects.requireNonNull(live.get(piece.id())).accept(piece, vocabSize)) {
        live.remove(piece.id());
      }
    }
    checkLive("session.step");
    return pieces;
  }

  @Override
  public void cancel(long id) {
    boolean done =
        watch(
            "cancel",
            () -> {
              session.cancel(id);
              return true;
            });
    Contract.check(done, "session.cancel", id, "a return");
    live.remove(id);
    checkLive("session.cancel");
  }

  private void checkLive(String call) {
    Contract.check(
        session.live() == live.size(), call, "live() " + session.live(), "" + live.size());
  }

  @Override
  public int live() {
    return session.live();
  }

  @Override
  public void close() {
    session.close();
    try {
      session.close();
    } catch (RuntimeException e) {
      throw new AssertionError(
          "contract of session.close: the second call threw (expected: nothing)", e);
    }
    if (!closed) {
      closed = true;
      onClose.run();
    }
  }

  /** A request and what it has got so far. */
  private static final class Live {
    private final GenerationRequest request;
    private int tokens;

    private Live(GenerationRequest request) {
      this.request = request;
    }

    /** Checks a piece; true if it is the last one. */
    private boolean accept(Piece piece, int vocabSize) {
      GenerationOptions options = request.options();
      int n = piece.tokenIds().size();
      if (piece.failure().isPresent()) {
        boolean last = piece.finishReason().equals(Optional.of(FinishReason.FAILED));
        Contract.check(n == 0 && last, "session.step", piece, "no token and FAILED");
        return true;
      }
      Contract.check(n > 0, "session.step", piece, "at least one token");
      Contract.check(
          piece.logprobs().size() == n, "session.step", piece, "one logprob for each token");
      Contract.check(
          piece.tokenIds().stream().allMatch(id -> id >= 0 && id < vocabSize),
          "session.step",
          piece,
          "ids below " + vocabSize);
      Contract.check(
          piece.logprobs().stream().noneMatch(x -> x > 1e-3f),
          "session.step",
          piece,
          "log-probabilities, at most 0");
      tokens += n;
      for (int i = 0; i < n; i++) {
        boolean closing = options.closingIds().contains(piece.tokenIds().get(i));
        Contract.check(
            !closing || (i == n - 1 && piece.finishReason().isPresent()),
            "session.step",
            piece,
            "a closing id only at the end");
      }
      piece.finishReason().ifPresent(reason -> checkEnd(piece, reason));
      Contract.check(
          tokens < options.maxNewTokens() || piece.finishReason().isPresent(),
          "session.step",
          piece,
          "a finish reason with token " + options.maxNewTokens());
      return piece.finishReason().isPresent();
    }

    private void checkEnd(Piece piece, FinishReason reason) {
      GenerationOptions options = request.options();
      long last = piece.tokenIds().get(piece.tokenIds().size() - 1);
      FinishReason expected =
          options.closingIds().contains(last) ? FinishReason.STOP : FinishReason.LENGTH;
      Contract.check(reason == expected, "session.step", piece, expected.name());
      Contract.check(
          reason == FinishReason.STOP || tokens == options.maxNewTokens(),
          "session.step",
          "LENGTH after " + tokens + " tokens",
          "after " + options.maxNewTokens());
    }
  }
}
