package dev.tenon.model;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.Locale;
import java.util.stream.Stream;

/** What sits on top of a network's body, and with that which outputs it can give. */
public enum Head {
  /** Predicts the next token: logits over the vocabulary. */
  CAUSAL_LM,
  /** One number per token and, from the last token that is no padding, one score per sequence. */
  VALUE,
  /** Class logits per sequence. */
  SEQUENCE_CLASSIFICATION,
  /** Predicts masked tokens: logits over the vocabulary. */
  MASKED_LM,
  /** One vector per sequence. */
  POOLED_EMBEDDING,
  /** Class logits per pair of sequences. */
  PAIR_CLASSIFICATION;

  /** The name in arguments: lower case with hyphens, {@code causal-lm}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The head of a label.
   *
   * @throws InvalidInputException for an unknown one, listing all
   */
  public static Head of(String label) {
    return Stream.of(values())
        .filter(x -> x.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    Problems.problem(
                        "head", label, "one of " + Stream.of(values()).map(Head::label).toList())));
  }
}
