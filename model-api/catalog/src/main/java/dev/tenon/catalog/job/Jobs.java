package dev.tenon.catalog.job;

import dev.tenon.catalog.source.CredentialSource;
import dev.tenon.catalog.store.ModelStore;
import dev.tenon.catalog.store.StoredVersion;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnknownNameException;
import dev.tenon.internal.Durable;
import dev.tenon.internal.JsonObject;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs jobs against a store and keeps what became of them in {@code <home>/jobs/<id>/}, where every
 * process sees it. A job whose JVM dies is {@link JobState#INTERRUPTED} and leaves no version; its
 * child process is ended by the next instance on that store. Jobs run on daemon threads: a program
 * that wants their results waits for them. Safe for threads and processes.
 */
public final class Jobs implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);
  private static final String JVM_GONE = "the JVM that ran it is gone";

  private final ModelStore store;
  private final JobTypes types;
  private final CredentialSource credentials;
  private final JobSettings settings;
  private final Path root;
  private final Set<Job> running = ConcurrentHashMap.newKeySet();

  /** With the default settings. */
  public Jobs(ModelStore store, JobTypes types, CredentialSource credentials) {
    this(store, types, credentials, JobSettings.defaults());
  }

  /** Takes over a store's jobs: those whose JVM is gone are marked so and their children ended. */
  public Jobs(
      ModelStore store, JobTypes types, CredentialSource credentials, JobSettings settings) {
    this.store = store;
    this.types = types;
    this.credentials = credentials;
    this.settings = settings;
    this.root = store.home().resolve("jobs");
    JobFiles.all(root).forEach(this::recover);
  }

  /**
   * What would run a job.
   *
   * @throws InvalidInputException if nothing would; the message lists the ways
   * @throws UnknownNameException if it names a runner or type that does not exist
   */
  public JobRunner runnerOf(JobRequest request) {
    return new RunnerChoice(types, settings.path()).of(request);
  }

  /**
   * Starts a job.
   *
   * @throws InvalidInputException if nothing can run it, or a secret of its environment is missing;
   *     nothing has happened then
   * @throws UnknownNameException if it names a runner or type that does not exist
   */
  public Job start(JobRequest request) {
    JobRunner runner = runnerOf(request);
    Secrets secrets = Secrets.resolve(request.env(), credentials);
    Map<String, @Nullable Object> params =
        runner.kind() == JobRunner.Kind.TYPE
            ? types.withDefaults(request.image(), request.params())
            : request.params();
    JobFiles files = JobFiles.create(root);
    JobLock lock = JobLock.tryTake(files.lock()).orElseThrow();
    try {
      JobStatus status = JobStatus.running(files, request.destination(), runner);
      files.begin(RequestJson.of(request), status);
      AttemptRunner attempts = AttemptRunner.of(runner, types, settings);
      return launch(
          files,
          lock,
          new JobRun(store, request, files, secrets, params, attempts, settings, status));
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private Job launch(JobFiles files, JobLock lock, JobRun run) {
    CountDownLatch over = new CountDownLatch(1);
    Job job = new Job(store, files, run, over);
    running.add(job);
    Thread thread =
        new Thread(
            () -> {
              try {
                run.run();
              } catch (RuntimeException e) {
                LOG.error("job {}: how it ended is not written down", files.id(), e);
              } finally {
                lock.close();
                running.remove(job);
                over.countDown();
              }
            },
            "tenon-job");
    thread.setDaemon(true);
    thread.start();
    return job;
  }

  /**
   * How a job of any process stands.
   *
   * @throws UnknownNameException if there is none
   */
  public JobStatus status(String id) {
    return statusOf(JobFiles.existing(root, id));
  }

  /** All jobs, the oldest first. */
  public List<JobStatus> list() {
    return JobFiles.all(root).stream().map(this::statusOf).toList();
  }

  private JobStatus statusOf(JobFiles files) {
    JobStatus status = JobStatus.of(files);
    if (status.state().ended() || JobLock.isHeld(files.lock())) {
      return status;
    }
    // It may have ended between the two looks.
    JobStatus again = JobStatus.of(files);
    return again.state().ended() ? again : afterDeath(again);
  }

  /** A version that was made before the JVM died is a result all the same. */
  private JobStatus afterDeath(JobStatus status) {
    Optional<String> id = Optional.of(status.id());
    return store.versions(status.destination()).stream()
        .filter(x -> x.record().lineage().job().equals(id))
        .mapToInt(StoredVersion::number)
        .mapToObj(x -> status.ended(JobState.SUCCEEDED, Optional.empty(), OptionalInt.of(x)))
        .findFirst()
        .orElseGet(
            () -> status.ended(JobState.INTERRUPTED, Optional.of(JVM_GONE), OptionalInt.empty()));
  }

  /**
   * Asks a job of any process to end without a result. Does not wait; a job that has ended stays as
   * it is.
   *
   * @throws UnknownNameException if there is none
   */
  public void cancel(String id) {
    JobFiles files = JobFiles.existing(root, id);
    if (!statusOf(files).state().ended()) {
      Durable.run(
          files.cancel(),
          "a writable directory",
          () -> {
            Durable.writeFile(files.cancel(), new byte[0]);
            return true;
          });
    }
  }

  /**
   * Runs the request of a job again, as a new job; secrets are asked for again.
   *
   * @throws UnknownNameException if there is no such job, or its source is not there any more
   * @throws InvalidInputException if it still runs
   */
  public Job retry(String id) {
    JobStatus status = status(id);
    if (!status.state().ended()) {
      throw new InvalidInputException(
          Problems.problem("job " + id, status.state(), "one that has ended"));
    }
    JsonObject request = JobFiles.read(JobFiles.existing(root, id).request());
    return start(RequestJson.read(request, store));
  }

  /** Ends what a JVM that is gone left, unless another process does. */
  private void recover(JobFiles files) {
    if (JobStatus.of(files).state().ended()) {
      return;
    }
    try (JobLock lock = JobLock.tryTake(files.lock()).orElse(null)) {
      JobStatus status = JobStatus.of(files);
      if (lock == null || status.state().ended()) {
        return;
      }
      JobFiles.find(files.child()).ifPresent(x -> endChild(x, files));
      files.removeWork();
      afterDeath(status).write(files);
    }
  }

  private void endChild(JsonObject child, JobFiles files) {
    ProcessTree.find(child).ifPresent(ProcessTree::kill);
    try (JobLog log = new JobLog(files.log(), Secrets.NONE, settings.logBytes())) {
      Container.find(child).ifPresent(x -> x.remove(settings.path(), log));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    JobFiles.delete(files.child());
  }

  /** Cancels what this instance runs and waits for it. Idempotent. */
  @Override
  public void close() {
    List<Job> all = List.copyOf(running);
    all.forEach(Job::cancel);
    try {
      for (Job each : all) {
        JobStatus unused = each.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
