package dev.tenon.modelinterface.text;

/** Follows one answer as it grows. Called on the thread that generates. */
@FunctionalInterface
public interface TextListener {
  /**
   * Receives the next piece: whole code points, not empty, never part of a stop string. The pieces
   * joined are the final text.
   *
   * @param piece the text since the piece before
   */
  void onText(String piece);

  /** Asked before every step: true ends the answer with what was handed out so far. */
  default boolean isCancelled() {
    return false;
  }
}
