package dev.tenon.catalog.job;

import dev.tenon.catalog.spec.ModelSpec.Resources;
import dev.tenon.catalog.spec.ModelSpec.TrainingMode;
import dev.tenon.catalog.store.ObjectKind;
import dev.tenon.catalog.store.ObjectName;
import dev.tenon.catalog.store.StoredVersion;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Json;
import dev.tenon.internal.Problems;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A job to run. Immutable; {@code toString} shows no value of the environment.
 *
 * @param destination the model that gets a new version; made if there is none of that name
 * @param source the version that is handed over read-only
 * @param dataset the data that is handed over read-only
 * @param params for the run; values as a description types them
 * @param env names and values; {@code ${{ secrets.a.b }}} in a value is resolved at the start
 * @param command a program and its arguments; no shell reads them
 * @param image a container image
 * @param mode from other weights or from none
 * @param resources what the run may use
 * @param runner what is to run it, before all other rules: a job type, {@code process}, {@code
 *     docker} or {@code podman}
 * @param retries further attempts after one that failed, ≥ 0
 * @param timeout of all attempts together, &gt; 0
 * @param runName a name for people; the new version's tag {@code run}
 */
public record JobRequest(
    ObjectName destination,
    Optional<StoredVersion> source,
    Optional<StoredVersion> dataset,
    Map<String, @Nullable Object> params,
    Map<String, String> env,
    List<String> command,
    Optional<String> image,
    Optional<TrainingMode> mode,
    Resources resources,
    Optional<String> runner,
    int retries,
    Optional<Duration> timeout,
    Optional<String> runName) {
  private static final Pattern PLAIN = Pattern.compile("[^\\s\"]+");

  /** Copies and checks. */
  public JobRequest {
    params = Collections.unmodifiableMap(new LinkedHashMap<>(params));
    env = Collections.unmodifiableMap(new LinkedHashMap<>(env));
    command = List.copyOf(command);
    Problems problems = new Problems();
    problems.check(
        destination.kind() == ObjectKind.MODEL, "destination", destination.text(), "a model");
    problems.check(retries >= 0, "retries", retries, ">= 0");
    timeout.ifPresent(
        x -> problems.check(!x.isNegative() && !x.isZero(), "timeout", x, "more than nothing"));
    image.ifPresent(
        x -> problems.check(JobNames.isImage(x), "image", x, "a reference of a container image"));
    JobNames.checkEnvironment(params.keySet(), env, problems);
    problems.throwIfAny(InvalidInputException::new);
  }

  /** The variable by which a process finds a parameter, {@code PARAM_LEARNING_RATE}. */
  public static String variable(String parameter) {
    return JobNames.variable(parameter);
  }

  /** Describes a job by what it makes. */
  public static Builder to(ObjectName destination) {
    return new Builder(destination);
  }

  /** A builder that starts with all of this. */
  public Builder toBuilder() {
    Builder copy = new Builder(destination);
    copy.source = source;
    copy.dataset = dataset;
    copy.params = params;
    copy.env = env;
    copy.command = command;
    copy.image = image;
    copy.mode = mode;
    copy.resources = resources;
    copy.runner = runner;
    copy.retries = retries;
    copy.timeout = timeout;
    copy.runName = runName;
    return copy;
  }

  /**
   * The command as one text, words with spaces between them; a word that has a space or a quotation
   * mark itself stands as a JSON string. Equal texts are equal commands. Empty without a command.
   */
  public Optional<String> commandText() {
    return Optional.of(command)
        .filter(x -> !x.isEmpty())
        .map(x -> x.stream().map(JobRequest::word).collect(Collectors.joining(" ")));
  }

  private static String word(String word) {
    return PLAIN.matcher(word).matches() ? word : Json.compact(word);
  }

  /** Without the values of the environment, which may hold secrets. */
  @Override
  public String toString() {
    return "JobRequest[destination="
        + destination.text()
        + ", source="
        + source.map(x -> x.ref().text())
        + ", dataset="
        + dataset.map(x -> x.ref().text())
        + ", params="
        + params
        + ", env="
        + env.keySet()
        + ", command="
        + command
        + ", image="
        + image
        + ", mode="
        + mode
        + ", resources="
        + resources
        + ", runner="
        + runner
        + ", retries="
        + retries
        + ", timeout="
        + timeout
        + ", runName="
        + runName
        + "]";
  }

  /** The optional parts of a job. Not thread-safe. */
  public static final class Builder {
    private final ObjectName destination;
    private Optional<StoredVersion> source = Optional.empty();
    private Optional<StoredVersion> dataset = Optional.empty();
    private Map<String, @Nullable Object> params = Map.of();
    private Map<String, String> env = Map.of();
    private List<String> command = List.of();
    private Optional<String> image = Optional.empty();
    private Optional<TrainingMode> mode = Optional.empty();
    private Resources resources = Resources.UNSAID;
    private Optional<String> runner = Optional.empty();
    private int retries;
    private Optional<Duration> timeout = Optional.empty();
    private Optional<String> runName = Optional.empty();

    private Builder(ObjectName destination) {
      this.destination = destination;
    }

    /** The version to start from. */
    public Builder source(StoredVersion value) {
      source = Optional.of(value);
      return this;
    }

    /** The data to learn from. */
    public Builder dataset(StoredVersion value) {
      dataset = Optional.of(value);
      return this;
    }

    /** Parameters, in place of earlier ones. */
    public Builder params(Map<String, @Nullable Object> value) {
      params = value;
      return this;
    }

    /** The environment, in place of an earlier one. */
    public Builder env(Map<String, String> value) {
      env = value;
      return this;
    }

    /** A program and its arguments; {@code $(NAME)} in them stands for a variable. */
    public Builder command(List<String> value) {
      command = value;
      return this;
    }

    /** One text that a shell reads, {@code sh -c}. */
    public Builder shellCommand(String text) {
      command = List.of("sh", "-c", text);
      return this;
    }

    /** A container image. */
    public Builder image(String value) {
      image = Optional.of(value);
      return this;
    }

    /** From other weights or from none. */
    public Builder mode(TrainingMode value) {
      mode = Optional.of(value);
      return this;
    }

    /** What the run may use. */
    public Builder resources(Resources value) {
      resources = value;
      return this;
    }

    /** What is to run it. */
    public Builder runner(String value) {
      runner = Optional.of(value);
      return this;
    }

    /** Further attempts after one that failed. */
    public Builder retries(int value) {
      retries = value;
      return this;
    }

    /** Of all attempts together. */
    public Builder timeout(Duration value) {
      timeout = Optional.of(value);
      return this;
    }

    /** A name for people. */
    public Builder runName(String value) {
      runName = Optional.of(value);
      return this;
    }

    /**
     * The job.
     *
     * @throws InvalidInputException with every value that is out of range, and names of the
     *     environment that are malformed or that two parameters share
     */
    public JobRequest build() {
      return new JobRequest(
          destination,
          source,
          dataset,
          params,
          env,
          command,
          image,
          mode,
          resources,
          runner,
          retries,
          timeout,
          runName);
    }
  }
}
