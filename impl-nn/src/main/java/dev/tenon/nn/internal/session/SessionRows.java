package dev.tenon.nn.internal.session;

import java.util.List;

/**
 * What the live requests of a session need on the native side, one row each, and the pass that
 * gives each its next token. One thread at a time.
 */
public interface SessionRows extends AutoCloseable {
  /** Makes room for at least so many rows of so many tokens; what is stored stays. */
  void ensure(int rows, int tokens);

  /** Copies the first {@code length} tokens of one row over another one. */
  void moveRow(int from, int to, int length);

  /**
   * One pass that gives each request its next token.
   *
   * @param group started requests of neighbouring rows
   * @param first the row of the first one
   */
  ChosenTokens step(List<LiveRequest> group, int first);

  /**
   * Reads prompts and gives each request its first token; those that share a prompt share what is
   * computed of it. Only the readers' rows hold it afterwards.
   *
   * @param first the row of the first reader
   * @param most prompt tokens of a pass; a longer prompt is alone, and read in parts
   */
  ChosenTokens read(PromptPass pass, int first, int most);

  /** Frees everything; the second call does nothing. */
  @Override
  void close();
}
