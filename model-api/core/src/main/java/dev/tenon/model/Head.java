package dev.tenon.model;

/** What sits on top of a network's body, and with that which outputs it can give. */
public enum Head {
  /** Predicts the next token: logits over the vocabulary. */
  CAUSAL_LM,
  /** One number per token and, from the last token, one score per sequence. */
  VALUE,
  /** Class logits per sequence. */
  SEQUENCE_CLASSIFICATION,
  /** Predicts masked tokens: logits over the vocabulary. */
  MASKED_LM,
  /** One vector per sequence. */
  POOLED_EMBEDDING,
  /** Class logits per pair of sequences. */
  PAIR_CLASSIFICATION
}
