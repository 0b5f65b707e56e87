package dev.tenon.model;

import dev.tenon.tensor.FieldKind;
import java.util.Locale;

/**
 * What an engine can compute. Every output is F32; its first axis counts the entries of its kind,
 * packed; its field in the result is {@link #field()}. V vocabulary, H hidden, L layers, E experts,
 * C classes.
 */
public enum Output {
  /** {@code logits} [tokens, V]: scores of the next token, before temperature. */
  LOGITS(FieldKind.TOKEN),
  /**
   * {@code token_logprobs} [next-tokens]: entry t is the log-probability of {@code input_ids[t +
   * 1]} (masked-lm: per token, of {@code labels[t]}, 0 where that is -100), after temperature; 0
   * where the target lies outside {@code output_mask}.
   */
  TOKEN_LOGPROBS(FieldKind.NEXT_TOKEN),
  /**
   * {@code entropy} [next-tokens], in nats, of the distribution that predicts token t + 1
   * (masked-lm: per token, of the one that predicts token t); 0 outside {@code output_mask}.
   */
  ENTROPY(FieldKind.NEXT_TOKEN),
  /** {@code values} [tokens]: the value head's number for each token. */
  VALUES(FieldKind.TOKEN),
  /**
   * {@code scores} [sequences]: the value head's number for the last token, {@link
   * Network#padTokenId()} not counted.
   */
  SCORES(FieldKind.SEQUENCE),
  /** {@code hidden} [tokens, H]: after the final norm. */
  HIDDEN(FieldKind.TOKEN),
  /**
   * {@code hidden_states} [tokens, L + 1, H]: embeddings, then each block's output, the last one
   * after the final norm.
   */
  HIDDEN_STATES(FieldKind.TOKEN),
  /** {@code router_logits} [tokens, L, E], before softmax. */
  ROUTER_LOGITS(FieldKind.TOKEN),
  /** {@code pooled} [sequences, H]; {@link Network#embeddingHead()} says how. */
  POOLED(FieldKind.SEQUENCE),
  /**
   * {@code class_logits} [sequences, C]; {@link Network#classificationHead()} names the classes.
   */
  CLASS_LOGITS(FieldKind.SEQUENCE),
  /** {@code pair_logits} [items, C]. */
  PAIR_LOGITS(FieldKind.ITEM);

  private final FieldKind kind;

  Output(FieldKind kind) {
    this.kind = kind;
  }

  /** What the first axis counts. */
  public FieldKind kind() {
    return kind;
  }

  /**
   * What the first axis counts on a network with a head: a masked-lm predicts the tokens
   * themselves, not the next ones.
   */
  public FieldKind kind(Head head) {
    return head == Head.MASKED_LM && kind == FieldKind.NEXT_TOKEN ? FieldKind.TOKEN : kind;
  }

  /** The name of its field: the lower-case name. */
  public String field() {
    return name().toLowerCase(Locale.ROOT);
  }
}
