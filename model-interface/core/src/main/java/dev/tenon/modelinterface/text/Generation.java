package dev.tenon.modelinterface.text;

import dev.tenon.generation.FinishReason;
import dev.tenon.tensor.TokenIds;
import java.util.List;

/**
 * One answer.
 *
 * @param text the new tokens as text, without special tokens and without the prompt; ends before
 *     the stop string that ended it
 * @param tokenIds the new tokens, a closing eos included; with a stop string also its tokens
 * @param logprobs the log-probability of each new token, in nats
 * @param finishReason why it ended; {@code STOP} for eos and for a stop string
 * @param usage tokens it took
 */
public record Generation(
    String text, TokenIds tokenIds, List<Float> logprobs, FinishReason finishReason, Usage usage) {
  /** Copies. */
  public Generation {
    logprobs = List.copyOf(logprobs);
  }
}
