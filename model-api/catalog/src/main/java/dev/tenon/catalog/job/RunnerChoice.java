package dev.tenon.catalog.job;

import dev.tenon.catalog.job.JobRunner.Kind;
import dev.tenon.catalog.spec.ModelSpec.TrainingMode;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnknownNameException;
import dev.tenon.internal.Nearest;
import dev.tenon.internal.Problems;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Chooses what runs a job: the runner it names; else the type that stands for its image; else, with
 * neither image nor command, the type of its mode; else its command as a child process; else docker
 * or podman for its image. Immutable and safe for threads.
 */
final class RunnerChoice {
  /** Names of programs that run containers, the first choice first. */
  static final List<String> ENGINES = List.of("docker", "podman");

  /** Names of runners that are no types. */
  static final List<String> NOT_TYPES = List.of(JobRunner.PROCESS, "docker", "podman");

  private final JobTypes types;
  private final SearchPath path;

  RunnerChoice(JobTypes types, SearchPath path) {
    this.types = types;
    this.path = path;
  }

  /**
   * The runner of a job.
   *
   * @throws InvalidInputException if there is none; the message lists the ways
   * @throws UnknownNameException if it names a runner or type that does not exist
   */
  JobRunner of(JobRequest request) {
    Optional<String> type = request.image().flatMap(types::typeOf);
    boolean bare = request.image().isEmpty() && request.command().isEmpty();
    if (request.runner().isPresent()) {
      return named(request.runner().get(), request);
    }
    if (type.isPresent()) {
      return type(type.get());
    }
    if (bare && request.mode().isPresent()) {
      return type(
          request.mode().get() == TrainingMode.SCRATCH ? JobTypes.SCRATCH : JobTypes.FINETUNE);
    }
    if (!request.command().isEmpty()) {
      return JobRunner.process();
    }
    return ENGINES.stream()
        .filter(x -> request.image().isPresent() && path.find(x).isPresent())
        .map(x -> new JobRunner(Kind.CONTAINER, x))
        .findFirst()
        .orElseThrow(() -> none(request));
  }

  private JobRunner named(String name, JobRequest request) {
    if (name.equals(JobRunner.PROCESS)) {
      require(!request.command().isEmpty(), name, "a command to run");
      return JobRunner.process();
    }
    if (ENGINES.contains(name)) {
      require(request.image().isPresent(), name, "an image to run");
      require(path.find(name).isPresent(), name, "it on the PATH");
      return new JobRunner(Kind.CONTAINER, name);
    }
    if (!types.names().contains(name)) {
      throw unknown(name);
    }
    return type(name);
  }

  private JobRunner type(String name) {
    return new JobRunner(Kind.TYPE, types.get(name).name());
  }

  private UnknownNameException unknown(String name) {
    List<String> known = new ArrayList<>(types.names());
    known.addAll(NOT_TYPES);
    String hint = Nearest.to(name, known).map(x -> "; did you mean " + x + "?").orElse("");
    boolean ours = name.equals(JobTypes.FINETUNE) || name.equals(JobTypes.SCRATCH);
    String artifact = ours ? "; add dev.tenon:tenon-jobs" : "";
    return new UnknownNameException(
        Problems.problem("runner", name, "one of " + known + hint + artifact));
  }

  private static void require(boolean holds, String runner, String needed) {
    if (!holds) {
      throw new InvalidInputException(Problems.problem("runner", runner, needed));
    }
  }

  private static InvalidInputException none(JobRequest request) {
    String image = request.image().map(x -> "image " + x).orElse("no image");
    String found = image + ", no command, " + (request.mode().isPresent() ? "a" : "no") + " mode";
    return new InvalidInputException(
        Problems.problem(
            "runner of a job",
            found,
            "one of four ways: a runner by name, or an image that a job type stands for; a"
                + " training mode without image and command; a command; an image with docker or"
                + " podman on the PATH"));
  }
}
