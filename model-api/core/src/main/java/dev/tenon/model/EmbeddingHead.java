package dev.tenon.model;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * How a network makes one vector of a text, as a directory of Python's sentence-transformers says.
 *
 * @param pooling what becomes of the tokens' hidden vectors
 * @param normalize whether the vector is divided by its L2 norm
 * @param maxSeqLength longest text, in tokens with the special ones; what is longer is cut
 * @param lowerCase whether a text is put into lower case before the tokenizer sees it
 * @param prompt what stands before every text; empty: nothing
 */
public record EmbeddingHead(
    Pooling pooling, boolean normalize, int maxSeqLength, boolean lowerCase, String prompt) {
  /** Checks the length. */
  public EmbeddingHead {
    if (maxSeqLength < 1) {
      throw new InvalidInputException(Problems.problem("max_seq_length", maxSeqLength, ">= 1"));
    }
  }

  /** The mean over all tokens, not normalised: what sentence-transformers does unless told. */
  public static EmbeddingHead mean(int maxSeqLength) {
    return new EmbeddingHead(Pooling.MEAN, false, maxSeqLength, false, "");
  }

  /** The same with another pooling. */
  public EmbeddingHead withPooling(Pooling other) {
    return new EmbeddingHead(other, normalize, maxSeqLength, lowerCase, prompt);
  }

  /** The same, normalised or not. */
  public EmbeddingHead withNormalize(boolean value) {
    return new EmbeddingHead(pooling, value, maxSeqLength, lowerCase, prompt);
  }

  /** From the hidden vectors of a sequence's tokens [T, H] to one [H]. */
  public enum Pooling {
    /** Their mean, special tokens included. */
    MEAN,
    /** The first token's. */
    CLS,
    /** The largest value of each element. */
    MAX,
    /** Their sum over the root of their number. */
    MEAN_SQRT_LEN,
    /** Their mean with weights 1, 2, 3, …: later tokens count more. */
    WEIGHTEDMEAN,
    /** The last token's. */
    LASTTOKEN,
    /** The network's own pooler on the first token's: a projection and tanh, as BERT has it. */
    POOLER;

    /** The name in arguments: lower case, as sentence-transformers calls it. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The pooling of a label.
     *
     * @throws InvalidInputException for an unknown one, listing all
     */
    public static Pooling of(String label) {
      return Stream.of(values())
          .filter(x -> x.label().equals(label))
          .findFirst()
          .orElseThrow(
              () ->
                  new InvalidInputException(
                      Problems.problem(
                          "pooling",
                          label,
                          "one of " + Stream.of(values()).map(Pooling::label).toList())));
    }
  }
}
