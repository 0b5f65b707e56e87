package dev.tenon.catalog.job;

/** How a job stands. */
public enum JobState {
  /** It runs, in this process or another. */
  RUNNING,
  /** Its result is a version of the store. */
  SUCCEEDED,
  /** Its last attempt went wrong. */
  FAILED,
  /** Somebody ended it. */
  CANCELLED,
  /** It took too long. */
  TIMED_OUT,
  /** The JVM that ran it is gone. */
  INTERRUPTED;

  /** Whether nothing more comes. */
  public boolean ended() {
    return this != RUNNING;
  }
}
