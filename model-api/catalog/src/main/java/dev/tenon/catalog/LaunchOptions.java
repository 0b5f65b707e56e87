package dev.tenon.catalog;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the caller of a training gives in place of, or besides, its description. Immutable; the
 * {@code with} methods return a changed copy.
 *
 * @param dataset the name of a stored dataset, or a file or directory
 * @param from a version of the source, by number or alias; the newest one that no run made if
 *     absent
 * @param runner a job type, {@code process}, {@code docker} or {@code podman}
 * @param params in place of those of the description, name by name
 * @param retries further attempts after one that failed
 * @param timeout of all attempts together
 * @param runName for people
 */
public record LaunchOptions(
    Optional<String> dataset,
    Optional<String> from,
    Optional<String> runner,
    Map<String, @Nullable Object> params,
    int retries,
    Optional<Duration> timeout,
    Optional<String> runName) {
  /** As the description says. */
  public static final LaunchOptions NONE =
      new LaunchOptions(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Map.of(),
          0,
          Optional.empty(),
          Optional.empty());

  /** Copies. */
  public LaunchOptions {
    params = Collections.unmodifiableMap(new LinkedHashMap<>(params));
  }

  /** With the name of a stored dataset, or a file or directory. */
  public LaunchOptions withDataset(String nameOrPath) {
    return new LaunchOptions(
        Optional.of(nameOrPath), from, runner, params, retries, timeout, runName);
  }

  /** From this version of the source. */
  public LaunchOptions withFrom(String version) {
    return new LaunchOptions(
        dataset, Optional.of(version), runner, params, retries, timeout, runName);
  }

  /** Run by this. */
  public LaunchOptions withRunner(String name) {
    return new LaunchOptions(dataset, from, Optional.of(name), params, retries, timeout, runName);
  }

  /** With parameters in place of those of the description, name by name. */
  public LaunchOptions withParams(Map<String, ? extends @Nullable Object> others) {
    return new LaunchOptions(
        dataset, from, runner, Collections.unmodifiableMap(others), retries, timeout, runName);
  }

  /** With further attempts after one that failed. */
  public LaunchOptions withRetries(int attempts) {
    return new LaunchOptions(dataset, from, runner, params, attempts, timeout, runName);
  }

  /** With a limit of time for all attempts together. */
  public LaunchOptions withTimeout(Duration limit) {
    return new LaunchOptions(dataset, from, runner, params, retries, Optional.of(limit), runName);
  }

  /** With a name for people. */
  public LaunchOptions withRunName(String name) {
    return new LaunchOptions(dataset, from, runner, params, retries, timeout, Optional.of(name));
  }
}
