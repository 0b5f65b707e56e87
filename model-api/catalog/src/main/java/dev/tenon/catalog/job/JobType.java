package dev.tenon.catalog.job;

/**
 * A kind of job that runs in this process, on a thread of its own. Found by {@link
 * java.util.ServiceLoader} or registered by the application. Implementations are safe for threads.
 */
public interface JobType {
  /** The registered name: short lower-case ASCII, for example {@code finetune}. */
  String name();

  /**
   * Runs the job. What it leaves in {@link JobContext#trained()} becomes the new version, unless it
   * throws or is cancelled.
   *
   * @throws Exception why it failed; an {@link dev.tenon.error.InvalidInputException} is not tried
   *     again
   */
  void run(JobContext context) throws Exception;
}
