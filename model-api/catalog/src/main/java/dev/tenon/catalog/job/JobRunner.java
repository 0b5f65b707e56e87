package dev.tenon.catalog.job;

/**
 * What runs a job.
 *
 * @param kind where
 * @param name of the job type, or {@code process}, {@code docker}, {@code podman}
 */
public record JobRunner(Kind kind, String name) {
  /** The name that stands for a child process. */
  public static final String PROCESS = "process";

  /** A child process. */
  static JobRunner process() {
    return new JobRunner(Kind.PROCESS, PROCESS);
  }

  /** Where a job runs. */
  public enum Kind {
    /** A {@link JobType} on a thread of this process. */
    TYPE,
    /** A process of its own. */
    PROCESS,
    /** A container. */
    CONTAINER
  }

  /** The name. */
  @Override
  public String toString() {
    return name;
  }
}
