package dev.tenon.nn.family;

import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Head;
import dev.tenon.tensor.Shape;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The weight that a decoder's head multiplies hidden vectors with, and what follows from it.
 *
 * @param head CAUSAL_LM or VALUE
 * @param name the parameter: the embedding's where the head is tied
 */
public record HeadWeight(Head head, String name) {
  /** A causal-lm head's weight where it is not tied, [V, H]. */
  public static final String LM_HEAD = "lm_head.weight";

  /**
   * A head's weight.
   *
   * @param lmHead the parameter that a causal-lm head reads: the embedding's if it is tied
   * @throws UnsupportedFeatureException for heads that decoders do not have
   */
  public static HeadWeight of(Head head, String lmHead) {
    return switch (head) {
      case CAUSAL_LM -> new HeadWeight(head, lmHead);
      case VALUE -> new HeadWeight(head, HeadKeys.SCORE);
      default ->
          throw new UnsupportedFeatureException(
              Problems.problem("head", head, "CAUSAL_LM or VALUE"));
    };
  }

  /** Tied names, as {@link Architecture#tied} has them. */
  public Map<String, String> tied() {
    return head == Head.CAUSAL_LM && !name.equals(LM_HEAD) ? Map.of(LM_HEAD, name) : Map.of();
  }

  /** Names to ignore in files: a pattern, and the weight of the head that this is not. */
  public Pattern ignored(String pattern) {
    String other = head == Head.CAUSAL_LM ? HeadKeys.SCORE : LM_HEAD;
    return Pattern.compile(pattern + "|" + Pattern.quote(other));
  }

  /**
   * Adds the weight unless it is tied.
   *
   * @param vectors shape of the embedding, [V, H]
   */
  public void addTo(ParameterTable table, Shape vectors) {
    if (head == Head.VALUE) {
      table.head(name, Shape.of(1, vectors.dim(1)), true);
    } else if (name.equals(LM_HEAD)) {
      table.head(name, vectors, true);
    }
  }

  /** {@code HEAD_WEIGHT}, its name, and {@code HEAD}, the method of the common text. */
  public Map<String, String> literals() {
    return Map.of("HEAD_WEIGHT", name, "HEAD", head == Head.VALUE ? "value_head" : "causal_lm");
  }
}
