package dev.tenon.generation;

import dev.tenon.tensor.TokenIds;
import java.util.List;
import java.util.Optional;

/**
 * New tokens of one request.
 *
 * @param id the request
 * @param tokenIds the new tokens, the closing one included
 * @param logprobs the log-probability of each new token, in nats: of log_softmax(logits /
 *     temperature), before penalties and filters; greedy: at temperature 1
 * @param finishReason present in the last piece
 */
public record Piece(
    long id, TokenIds tokenIds, List<Float> logprobs, Optional<FinishReason> finishReason) {
  /** Copies. */
  public Piece {
    logprobs = List.copyOf(logprobs);
  }
}
