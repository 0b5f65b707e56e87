package dev.tenon.catalog.job;

import dev.tenon.catalog.store.Lease;
import dev.tenon.catalog.store.Lineage;
import dev.tenon.catalog.store.ModelStore;
import dev.tenon.catalog.store.StoredVersion;
import dev.tenon.catalog.store.VersionRecord;
import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnknownNameException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Durable;
import dev.tenon.internal.FileTree;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The attempts of one job, their supervision, and what comes of them. Runs once, on a thread of its
 * own; {@link #cancel} and {@link #failure} may be called from any thread.
 */
final class JobRun {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final int CAUSES = 32;

  private final ModelStore store;
  private final JobRequest request;
  private final JobFiles files;
  private final Secrets secrets;
  private final Map<String, @Nullable Object> params;
  private final AttemptRunner runner;
  private final JobSettings settings;
  private final long startNanos = System.nanoTime();

  private JobStatus status;
  private volatile boolean cancelRequested;
  private volatile Optional<Throwable> failure = Optional.empty();

  JobRun(
      ModelStore store,
      JobRequest request,
      JobFiles files,
      Secrets secrets,
      Map<String, @Nullable Object> params,
      AttemptRunner runner,
      JobSettings settings,
      JobStatus status) {
    this.store = store;
    this.request = request;
    this.files = files;
    this.secrets = secrets;
    this.params = params;
    this.runner = runner;
    this.settings = settings;
    this.status = status;
  }

  void cancel() {
    cancelRequested = true;
  }

  Optional<Throwable> failure() {
    return failure;
  }

  /** Runs to the end; how that was is in the status file. */
  void run() {
    List<Lease> leases = new ArrayList<>();
    try (JobLog log = new JobLog(files.log(), secrets, settings.logBytes())) {
      try {
        request.source().ifPresent(x -> leases.add(store.lease(x)));
        request.dataset().ifPresent(x -> leases.add(store.lease(x)));
        attempts(log);
      } catch (Throwable e) {
        fail(e, log);
      }
    } catch (IOException e) {
      failure = Optional.of(e);
      end(JobState.FAILED, Optional.of("log: " + e), OptionalInt.empty());
    } finally {
      leases.forEach(Lease::close);
    }
  }

  private void attempts(JobLog log) throws Throwable {
    for (int number = 1; !status.state().ended(); number++) {
      status = status.attempt(number);
      status.write(files);
      log.write(
          "attempt " + number + " of " + (request.retries() + 1) + ", runner " + status.runner());
      try {
        attempt(number, log);
      } catch (Throwable e) {
        if (number > request.retries() || !mayHelp(e) || ending().isPresent()) {
          throw e;
        }
        log.write("attempt " + number + " failed: " + e);
      }
    }
  }

  /** What is wrong with the input, or has happened to it, is so the next time too. */
  private static boolean mayHelp(Throwable e) {
    return !(e instanceof InvalidInputException
        || e instanceof UnknownNameException
        || e instanceof UnsupportedFeatureException
        || e instanceof ChangedSourceException
        || e instanceof InterruptedException);
  }

  private void attempt(int number, JobLog log) throws Exception {
    Path staging = store.newStaging();
    Path trained = Files.createDirectory(staging.resolve("trained"));
    Attempt attempt = new Attempt(request, params, secrets, trained, log, files, number);
    try {
      try {
        supervise(attempt, log);
      } finally {
        requireUnchanged();
      }
      Optional<JobState> stopped = ending();
      if (stopped.isPresent()) {
        end(stopped.get(), Optional.of(reason(stopped.get())), OptionalInt.empty());
      } else {
        StoredVersion version = commit(attempt);
        log.write("made " + version.ref().text());
        end(JobState.SUCCEEDED, Optional.empty(), OptionalInt.of(version.number()));
      }
    } finally {
      removeQuietly(staging, log);
      removeQuietly(files.work(), log);
    }
  }

  /** Waits for the runner's thread; ends it when it is time. */
  private void supervise(Attempt attempt, JobLog log) throws Exception {
    RunnerThread thread = RunnerThread.start(runner, attempt);
    while (!thread.awaitEnd(POLL)) {
      if (ending().isPresent()) {
        attempt.cancel();
      }
      // A runner of processes needs its own grace first.
      if (attempt.overdue(settings.grace().plusSeconds(2))) {
        thread.interrupt();
      }
      if (attempt.overdue(settings.grace().multipliedBy(2).plusSeconds(4))) {
        log.write("the job does not end when it is asked to; it is left alone");
        return;
      }
    }
    if (ending().isEmpty()) {
      thread.rethrow();
    }
  }

  /** How the job is to end now, if it is. */
  private Optional<JobState> ending() {
    if (cancelRequested || Files.exists(files.cancel())) {
      return Optional.of(JobState.CANCELLED);
    }
    Duration ran = Duration.ofNanos(System.nanoTime() - startNanos);
    return request.timeout().filter(x -> ran.compareTo(x) > 0).map(x -> JobState.TIMED_OUT);
  }

  private String reason(JobState state) {
    return state == JobState.CANCELLED
        ? "cancelled"
        : Problems.problem("time", "over", "an end within " + request.timeout().orElseThrow());
  }

  /** Also after a failure: what it leaves must not be taken for the source by the next attempt. */
  private void requireUnchanged() {
    request.source().ifPresent(x -> requireUnchanged("source", x));
    request.dataset().ifPresent(x -> requireUnchanged("dataset", x));
  }

  private void requireUnchanged(String what, StoredVersion version) {
    try {
      store.verify(version);
    } catch (CheckpointException e) {
      throw new ChangedSourceException(
          what + " " + version.ref().text() + " is not what it was: " + e.getMessage(), e);
    }
  }

  private StoredVersion commit(Attempt attempt) throws IOException {
    int count = FileTree.files(attempt.trained()).size();
    if (count == 0) {
      throw new JobFailedException(
          Problems.problem("files in the destination", count, "at least one"));
    }
    return store.commit(request.destination(), attempt.trained(), record(attempt));
  }

  private VersionRecord record(Attempt attempt) {
    Map<String, String> origin = new TreeMap<>(Map.of("kind", "job"));
    origin.put("runner", status.runner().name());
    request.image().ifPresent(x -> origin.put("image", x));
    request.commandText().map(secrets::redact).ifPresent(x -> origin.put("command", x));
    Map<String, String> tags = new TreeMap<>();
    request.runName().ifPresent(x -> tags.put("run", x));
    Optional<VersionRecord> parent = request.source().map(StoredVersion::record);
    return new VersionRecord(
        parent.flatMap(VersionRecord::framework),
        parent.map(VersionRecord::tasks).orElse(List.of()),
        tags,
        attempt.metrics(),
        new Lineage(
            request.source().map(StoredVersion::asParent),
            request.dataset().map(StoredVersion::asParent),
            origin,
            params,
            Optional.of(files.id())));
  }

  private void fail(Throwable e, JobLog log) {
    Optional<JobState> stopped = e instanceof ChangedSourceException ? Optional.empty() : ending();
    failure = Optional.of(e).filter(x -> !showsSecret(x));
    String why = String.valueOf(e.getMessage() == null ? e : e.getMessage());
    log.write(e.getClass().getSimpleName() + ": " + why);
    end(stopped.orElse(JobState.FAILED), Optional.of(why), OptionalInt.empty());
  }

  /** Whoever asks for the result may print all of it. */
  private boolean showsSecret(Throwable e) {
    boolean shows = false;
    int depth = 0;
    for (Throwable each = e; each != null && depth < CAUSES; each = each.getCause()) {
      shows |= secrets.shows(String.valueOf(each.getMessage()));
      depth++;
    }
    return shows;
  }

  private void end(JobState state, Optional<String> why, OptionalInt version) {
    status = status.ended(state, why.map(secrets::redact), version);
    status.write(files);
  }

  /** What stays of a staging the store sweeps when this process is gone. */
  private static void removeQuietly(Path directory, JobLog log) {
    try {
      Durable.deleteTree(directory);
    } catch (IOException e) {
      log.write(directory.getFileName() + ": not removed: " + e.getMessage());
    }
  }
}
