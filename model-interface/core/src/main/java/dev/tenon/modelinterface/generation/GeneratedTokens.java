package dev.tenon.modelinterface.generation;

import dev.tenon.generation.FinishReason;
import dev.tenon.tensor.TokenIds;
import java.util.List;

/**
 * One answer as tokens.
 *
 * @param tokenIds the new tokens, a closing one included
 * @param logprobs the log-probability of each, in nats
 * @param finishReason why it ended
 */
public record GeneratedTokens(TokenIds tokenIds, List<Float> logprobs, FinishReason finishReason) {
  /** Copies. */
  public GeneratedTokens {
    logprobs = List.copyOf(logprobs);
  }
}
