package dev.tenon.generation;

import java.util.List;

/**
 * Answers in the making. Requests may be added and cancelled between steps; each step is one
 * forward pass over all live requests, greedy and sampled ones side by side. What one of them gets
 * depends on no other, but for the rounding of the pass. Thread contract: that of the engine.
 */
public interface GenerationSession extends AutoCloseable {
  /**
   * Adds a request and reserves its cache tokens (prompt and {@code maxNewTokens}).
   *
   * @return its id, unique in the session
   * @throws dev.tenon.error.InsufficientMemoryException if the limits do not allow it now; it can
   *     be added once others end
   * @throws dev.tenon.error.InvalidInputException if it could never fit, is longer than the
   *     network's positions, or a token id is outside the vocabulary
   */
  long add(GenerationRequest request);

  /**
   * One step for all live requests, prompts of new ones included. A request whose {@link
   * LogitsProcessor} throws ends with a {@linkplain Piece#failure failed} piece, the others go on.
   *
   * @return one piece per live request, in the order of their ids; empty when none is live. A piece
   *     with a finish reason is its request's last one
   */
  List<Piece> step();

  /**
   * Frees a request's slot at once; no further piece comes, and the others go on as if it had never
   * been there. Unknown and finished ids are ignored.
   */
  void cancel(long id);

  /** Number of live requests. */
  int live();

  /** Releases the cache, also when called twice. */
  @Override
  void close();
}
