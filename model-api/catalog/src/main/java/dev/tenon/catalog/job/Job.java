package dev.tenon.catalog.job;

import dev.tenon.catalog.store.ModelStore;
import dev.tenon.catalog.store.StoredVersion;
import dev.tenon.catalog.store.VersionRef;
import dev.tenon.internal.Problems;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A job that this process runs. Safe for threads. */
public final class Job {
  private final ModelStore store;
  private final JobFiles files;
  private final JobRun run;
  private final CountDownLatch over;

  Job(ModelStore store, JobFiles files, JobRun run, CountDownLatch over) {
    this.store = store;
    this.files = files;
    this.run = run;
    this.over = over;
  }

  /** Its name. */
  public String id() {
    return files.id();
  }

  /** Its output, which grows while it runs. */
  public Path log() {
    return files.log();
  }

  /** How it stands. */
  public JobStatus status() {
    return JobStatus.of(files);
  }

  /** Asks it to end without a result; again, or after its end, is harmless. Does not wait. */
  public void cancel() {
    run.cancel();
  }

  /**
   * Waits for its end.
   *
   * @throws InterruptedException if this thread is interrupted; the job goes on
   */
  public JobStatus join() throws InterruptedException {
    over.await();
    return status();
  }

  /**
   * Waits for its result.
   *
   * @throws JobFailedException if there is none; its cause is what went wrong, if that was an
   *     exception
   * @throws InterruptedException if this thread is interrupted; the job goes on
   */
  public StoredVersion result() throws InterruptedException {
    JobStatus end = join();
    if (end.version().isEmpty()) {
      String why = end.state() + end.error().map(x -> ": " + x).orElse("");
      String message = Problems.problem("job " + end.id(), why, "a result; see " + end.log());
      throw run.failure()
          .map(x -> new JobFailedException(message, x))
          .orElseGet(() -> new JobFailedException(message));
    }
    return store.resolve(VersionRef.of(end.destination(), end.version().getAsInt()));
  }

  /** Identifier and state. */
  @Override
  public String toString() {
    return "Job(" + id() + ")";
  }
}
