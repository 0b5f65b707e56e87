package dev.tenon.jobs;

import dev.tenon.catalog.job.JobContext;
import dev.tenon.catalog.job.JobType;
import dev.tenon.catalog.job.JobTypes;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.ModelConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Job type {@code scratch}: training of a model that has learned nothing, as transformers' {@code
 * from_config} makes it. Its config.json and tokenizer are those of the source, whose weights, if
 * it has any, are not read; without a source, those of the directory that the parameter {@code
 * config} names. Other parameters, data and result are those of {@link FinetuneJob}, without
 * adapters. Safe for threads.
 */
public final class ScratchJob implements JobType {
  /** For {@link java.util.ServiceLoader}. */
  public ScratchJob() {}

  @Override
  public String name() {
    return JobTypes.SCRATCH;
  }

  /**
   * Trains.
   *
   * @throws InvalidInputException for parameters that are unknown or out of range, all of them at
   *     once, a configuration that is missing or given twice, and data that cannot be read
   */
  @Override
  public void run(JobContext context) {
    TrainingParams params = TrainingParams.scratch(context.params());
    Path directory = directory(context.saved(), params.config());
    Arguments arguments = Arguments.of("config", directory).with("seed", params.seed());
    new TrainingRun(context, params).run(ModelConfig.of("hf-from-config", arguments));
  }

  private Path directory(Optional<Path> source, Optional<String> config) {
    Problems problems = new Problems();
    problems.check(
        source.isPresent() || config.isPresent(),
        "configuration of " + name(),
        "none",
        "a source with config.json and tokenizer, or config: DIRECTORY");
    problems.check(source.isEmpty() || config.isEmpty(), "config", config, "none beside a source");
    problems.throwIfAny(InvalidInputException::new);
    Path directory = source.orElseGet(() -> Path.of(config.orElseThrow()));
    if (!Files.isRegularFile(directory.resolve("config.json"))) {
      throw new InvalidInputException(
          Problems.problem("config.json", "missing", "a file in " + directory));
    }
    return directory;
  }
}
