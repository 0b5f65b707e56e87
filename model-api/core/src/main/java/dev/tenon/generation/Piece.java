package dev.tenon.generation;

import dev.tenon.tensor.TokenIds;
import java.util.List;
import java.util.Optional;

/**
 * New tokens of one request.
 *
 * @param id the request
 * @param tokenIds the new tokens, the closing one included; none if the request failed
 * @param logprobs the log-probability of each new token, in nats: of log_softmax(logits /
 *     temperature), before penalties and filters; greedy: at temperature 1
 * @param finishReason present in the last piece
 * @param failure what the request's {@link LogitsProcessor} threw, with {@link FinishReason#FAILED}
 */
public record Piece(
    long id,
    TokenIds tokenIds,
    List<Float> logprobs,
    Optional<FinishReason> finishReason,
    Optional<Throwable> failure) {
  /** Copies. */
  public Piece {
    logprobs = List.copyOf(logprobs);
  }

  /** A piece of a request that has not failed. */
  public Piece(
      long id, TokenIds tokenIds, List<Float> logprobs, Optional<FinishReason> finishReason) {
    this(id, tokenIds, logprobs, finishReason, Optional.empty());
  }

  /** The last piece of a request whose processor failed. */
  public static Piece failed(long id, Throwable failure) {
    return new Piece(
        id, TokenIds.of(), List.of(), Optional.of(FinishReason.FAILED), Optional.of(failure));
  }

  /**
   * Throws the failure, if there is one: for callers that have one request, or want all or none.
   */
  public void throwIfFailed() {
    failure.ifPresent(
        cause -> {
          if (cause instanceof Error error) {
            throw error;
          }
          throw cause instanceof RuntimeException known ? known : new IllegalStateException(cause);
        });
  }
}
