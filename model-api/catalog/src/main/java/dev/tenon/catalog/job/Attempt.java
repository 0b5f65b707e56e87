package dev.tenon.catalog.job;

import dev.tenon.catalog.spec.ModelSpec.Resources;
import dev.tenon.catalog.spec.ModelSpec.TrainingMode;
import dev.tenon.catalog.store.StoredVersion;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One attempt of a job, as its runner sees it. Safe for threads. */
final class Attempt implements JobContext {
  private final JobRequest request;
  private final Map<String, @Nullable Object> params;
  private final Secrets secrets;
  private final Path trained;
  private final JobLog log;
  private final JobFiles files;
  private final int number;

  private final Map<String, Double> metrics = new TreeMap<>();
  private final List<Runnable> onCancel = new ArrayList<>();
  private boolean cancelled;
  private long cancelledAt;

  Attempt(
      JobRequest request,
      Map<String, @Nullable Object> params,
      Secrets secrets,
      Path trained,
      JobLog log,
      JobFiles files,
      int number) {
    this.request = request;
    this.params = params;
    this.secrets = secrets;
    this.trained = trained;
    this.log = log;
    this.files = files;
    this.number = number;
  }

  JobRequest request() {
    return request;
  }

  Secrets secrets() {
    return secrets;
  }

  JobLog output() {
    return log;
  }

  JobFiles files() {
    return files;
  }

  int number() {
    return number;
  }

  synchronized Map<String, Double> metrics() {
    return Map.copyOf(metrics);
  }

  @Override
  public Optional<Path> saved() {
    return request.source().map(StoredVersion::directory);
  }

  @Override
  public Path trained() {
    return trained;
  }

  @Override
  public Optional<Path> data() {
    return request.dataset().map(StoredVersion::directory);
  }

  @Override
  public Map<String, @Nullable Object> params() {
    return params;
  }

  @Override
  public Map<String, String> env() {
    return secrets.env();
  }

  @Override
  public Resources resources() {
    return request.resources();
  }

  @Override
  public Optional<TrainingMode> mode() {
    return request.mode();
  }

  @Override
  public void log(String line) {
    log.write(line);
  }

  @Override
  public synchronized void metric(String name, double value) {
    if (Double.isFinite(value)) {
      metrics.put(name, value);
    } else {
      log.write("metric " + name + ": " + value + " is not kept (expected: a finite number)");
    }
  }

  @Override
  public synchronized boolean cancelled() {
    return cancelled;
  }

  @Override
  public void onCancel(Runnable action) {
    synchronized (this) {
      if (!cancelled) {
        onCancel.add(action);
        return;
      }
    }
    action.run();
  }

  /** Asks the attempt to end; again is harmless. */
  void cancel() {
    List<Runnable> actions;
    synchronized (this) {
      if (cancelled) {
        return;
      }
      cancelled = true;
      cancelledAt = System.nanoTime();
      actions = List.copyOf(onCancel);
    }
    actions.forEach(this::runQuietly);
  }

  /** One action that fails must not keep the others from running. */
  private void runQuietly(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException e) {
      log.write("cancelling: " + e);
    }
  }

  /** Whether it was asked to end longer ago than this. */
  synchronized boolean overdue(Duration grace) {
    return cancelled && System.nanoTime() - cancelledAt > grace.toNanos();
  }
}
