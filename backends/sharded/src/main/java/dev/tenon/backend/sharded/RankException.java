package dev.tenon.backend.sharded;

import dev.tenon.error.TenonException;
import dev.tenon.internal.Problems;

/** What went wrong in a rank's Python, which goes on; callers say what it means. */
final class RankException extends TenonException {
  private static final long serialVersionUID = 1L;

  private final String reason;
  private final String what;
  private final String value;
  private final String expected;

  /**
   * Creates the exception.
   *
   * @param reason Python's message
   * @param what a value that breaks an objective's contract, or nothing
   */
  RankException(String verb, String reason, String what, String value, String expected) {
    super(Problems.problem("rank in " + verb, reason, "no error"));
    this.reason = reason;
    this.what = what;
    this.value = value;
    this.expected = expected;
  }

  /** Python's message. */
  String reason() {
    return reason;
  }

  /** Whether an objective returned what it may not. */
  boolean brokenContract() {
    return !what.isEmpty();
  }

  /** That, of an objective. */
  String brokenContract(String objective) {
    return Problems.problem(what + " of objective " + objective, value, expected);
  }
}
