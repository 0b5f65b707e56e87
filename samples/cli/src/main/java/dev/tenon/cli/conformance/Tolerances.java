package dev.tenon.cli.conformance;

/**
 * What a correct f32 implementation with another summation order meets: about ten times the error
 * that the oracle measured between its own f32 and f64 runs.
 */
final class Tolerances {
  /** Absolute. */
  static final double LOGITS = 2e-4;

  /** Absolute. */
  static final double LOGPROBS = 2e-4;

  /** Absolute. */
  static final double LAST_HIDDEN_STATE = 1e-4;

  /** Absolute, of vectors of length 1. */
  static final double POOLED_NORMALIZED = 5e-6;

  /** Absolute: the hidden vectors' through a projection and a tanh. */
  static final double POOLER_OUTPUT = 1e-4;

  /** Relative to the largest expected value. */
  static final double HIDDEN_STATES = 2e-5;

  /** Absolute, before the first update. */
  static final double LOSS = 2e-5;

  /** Absolute, after an update. */
  static final double LATER_LOSS = 1e-4;

  /** Relative. */
  static final double GRAD_NORM = 2e-4;

  /** L2 norm of the error over the L2 norm of the gradient. */
  static final double GRADIENT_REL_L2 = 1e-4;

  /** Gradients whose norm is not above this have no relative error. */
  static final double GRADIENT_NORM_FLOOR = 1e-6;

  /** Absolute, of one element. */
  static final double GRADIENT_ELEMENT = 1e-4;

  /** First gradients at least this large fix the direction of AdamW's first step. */
  static final double ADAMW_CLEAR_GRADIENT = 1e-3;

  /** Absolute, of elements with a clear first gradient. */
  static final double ADAMW_CLEAR = 5e-5;

  /** Absolute, of all others: two times three steps of the learning rate, plus decay. */
  static final double ADAMW_OTHER = 6.6e-3;

  /** An element off by more than this counts for the share. */
  static final double ADAMW_OFF = 1e-5;

  /**
   * Share of elements that may be off, in encoders and GPT-2, whose biases have gradients that are
   * zero in exact arithmetic.
   */
  static final double ADAMW_SHARE_WITH_BIASES = 1e-2;

  /** Share of elements that may be off, in all other families. */
  static final double ADAMW_SHARE = 1e-3;

  private Tolerances() {}

  /** The share of elements that may be off after three steps. */
  static double adamwShare(String family, String kind) {
    boolean biases = !kind.equals("causal") || family.equals("gpt2");
    return biases ? ADAMW_SHARE_WITH_BIASES : ADAMW_SHARE;
  }
}
