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

/**
 * Job type {@code finetune}: supervised fine-tuning of the source on the dataset. The result is a
 * HuggingFace directory, with {@code lora_r} and the like peft's, adapters alone. Measures: {@code
 * loss} of the last step and, where the dataset has a file for validation, {@code eval_loss}.
 *
 * <p>Parameters are those of transformers' {@code TrainingArguments} and peft's {@code LoraConfig}
 * that {@link #run} lists when it is given another one. Safe for threads.
 */
public final class FinetuneJob implements JobType {
  /** For {@link java.util.ServiceLoader}. */
  public FinetuneJob() {}

  @Override
  public String name() {
    return JobTypes.FINETUNE;
  }

  /**
   * Trains.
   *
   * @throws InvalidInputException for parameters that are unknown or out of range, all of them at
   *     once, a source that is missing or no whole model, and data that cannot be read
   */
  @Override
  public void run(JobContext context) {
    TrainingParams params = TrainingParams.finetune(context.params());
    Path source =
        context
            .saved()
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        Problems.problem("source of " + name(), "none", "a model to start from")));
    if (!Files.exists(source.resolve("config.json"))) {
      boolean adapters = Files.exists(source.resolve("adapter_config.json"));
      throw new InvalidInputException(
          Problems.problem(
              "source of " + name(),
              adapters ? "adapters alone" : "no config.json in " + source,
              "a whole model in HuggingFace's layout"));
    }
    ModelConfig plain = ModelConfig.of("hf", Arguments.of("path", source));
    new TrainingRun(context, params).run(params.wrap(plain));
  }
}
