package dev.tenon.backend.sharded;

import java.time.Duration;
import java.util.Locale;

/** What ranks are asked, under the name of {@code rank.py}'s method. */
enum Verb {
  /** Join the others, load, shard. */
  INIT(Kind.START, true),
  /** Outputs of micro-batches. */
  FORWARD(Kind.PASS, false),
  /** Loss and statistics. */
  EVALUATE(Kind.PASS, false),
  /** Gradients, which then wait. */
  BACKWARD(Kind.PASS, false),
  /** A step with the gradients that wait. */
  UPDATE(Kind.PASS, true),
  /** Forget them. */
  DISCARD(Kind.PASS, true),
  /** Weights and moments from files. */
  RESTORE(Kind.START, true),
  /** Whole tensors into a file. */
  WRITE(Kind.START, false),
  /** Wait for the other hosts, and tell whether all is well. */
  MEET(Kind.START, false),
  /** An objective on host outputs, on one rank. */
  JOINT(Kind.SMALL, false),
  /** An objective's veto, on one rank. */
  VETO(Kind.SMALL, false),
  /** The next tokens, on one rank. */
  CHOOSE(Kind.SMALL, false),
  /** Logits for processors, on one rank. */
  BEFORE_PROCESSORS(Kind.SMALL, false);

  private static final Duration SMALL_DEADLINE = Duration.ofMinutes(5);

  /** While a rank imports its libraries one load from a cold disk may hold up its heartbeat. */
  private static final Duration START_SILENCE = Duration.ofMinutes(1);

  private final Kind kind;
  private final boolean changes;

  Verb(Kind kind, boolean changes) {
    this.kind = kind;
    this.changes = changes;
  }

  /** How long calls may take. */
  private enum Kind {
    START,
    PASS,
    SMALL
  }

  /** Its name in frames. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether it is unknown what ranks hold after an error. */
  boolean changes() {
    return changes;
  }

  /** Whether hosts must ask the same, and each is told what all ranks answer. */
  boolean shared() {
    return this == FORWARD || this == EVALUATE || this == BACKWARD;
  }

  /** For the whole call. */
  Duration deadline(ShardedOptions options) {
    Duration call = options.callDeadline();
    return switch (kind) {
      case START -> options.startDeadline();
      case PASS -> call;
      case SMALL -> call.compareTo(SMALL_DEADLINE) < 0 ? call : SMALL_DEADLINE;
    };
  }

  /** After which a rank without a heartbeat counts as hung. */
  Duration silence(ShardedOptions options) {
    Duration silence = options.silence();
    return this == INIT && silence.compareTo(START_SILENCE) < 0 ? START_SILENCE : silence;
  }
}
