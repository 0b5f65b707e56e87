package dev.tenon.generation;

/**
 * Why an answer ended. Its {@link #code()} is written into {@code finish_reason} fields; {@code
 * FAILED} is thrown instead.
 */
public enum FinishReason {
  /** An eos token, a stop token or a stop string. */
  STOP(0),
  /** {@code maxNewTokens} reached. */
  LENGTH(1),
  /** The caller cancelled it. */
  CANCELLED(2),
  /** A {@link LogitsProcessor} failed; {@link Piece#failure} tells how. */
  FAILED(3);

  private final byte code;

  FinishReason(int code) {
    this.code = (byte) code;
  }

  /** 0, 1, 2 or 3. */
  public byte code() {
    return code;
  }
}
