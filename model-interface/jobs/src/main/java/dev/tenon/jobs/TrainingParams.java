package dev.tenon.jobs;

import dev.tenon.catalog.job.JobTypes;
import dev.tenon.modelinterface.data.BatchSize;
import dev.tenon.modelinterface.data.Batches;
import dev.tenon.spec.AdamW;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.ModelConfig;
import dev.tenon.spec.Precision;
import dev.tenon.spec.Schedule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How a job trains, under HuggingFace's names. Immutable.
 *
 * @param epochs {@code num_train_epochs}, or {@code epochs} (3)
 * @param maxSteps {@code max_steps}, or {@code steps}; before epochs
 * @param batch {@code per_device_train_batch_size} (8) × {@code gradient_accumulation_steps} (1),
 *     or {@code batch_tokens}
 * @param spec {@code learning_rate}, {@code weight_decay}, {@code max_grad_norm}, {@code
 *     adam_beta1}, {@code adam_beta2}, {@code adam_epsilon}, {@code seed}, {@code
 *     gradient_checkpointing}, {@code bf16}: for one step and a constant rate, until the number of
 *     steps is known
 * @param schedule {@code lr_scheduler_type}
 * @param warmup {@code warmup_steps}, before {@code warmup_ratio}
 * @param backend {@code backend} (pytorch)
 * @param template {@code prompt_template}
 * @param lora arguments of the wrapper, if any of {@code lora_r}, {@code lora_alpha}, {@code
 *     lora_dropout}, {@code target_modules} is given
 * @param config {@code config}, a directory, of a model to make
 */
record TrainingParams(
    double epochs,
    OptionalLong maxSteps,
    BatchSize batch,
    FinetuneSpec spec,
    String schedule,
    Warmup warmup,
    String backend,
    Optional<PromptTemplate> template,
    Optional<Arguments> lora,
    Optional<String> config) {
  private static final double EPOCHS = 3;
  private static final long ITEMS = 8;
  private static final List<String> SCHEDULES =
      List.of("linear", "cosine", "constant", "constant_with_warmup");

  /** Parameters of a training from other weights. */
  static TrainingParams finetune(Map<String, @Nullable Object> params) {
    ParamReader reader = new ParamReader(JobTypes.FINETUNE, params);
    return read(reader, lora(reader), Optional.empty());
  }

  /** Parameters of a training from none. */
  static TrainingParams scratch(Map<String, @Nullable Object> params) {
    ParamReader reader = new ParamReader(JobTypes.SCRATCH, params);
    return read(reader, Optional.empty(), reader.text("config"));
  }

  private static TrainingParams read(
      ParamReader reader, Optional<Arguments> lora, Optional<String> config) {
    double epochs = reader.number("num_train_epochs", "epochs").orElse(EPOCHS);
    reader.check(epochs > 0, "num_train_epochs", epochs, "> 0");
    OptionalLong steps = reader.whole("max_steps", "steps");
    steps.ifPresent(x -> reader.check(x > 0 || x == -1, "max_steps", x, "> 0, or -1: none"));
    BatchSize batch = batch(reader);
    String schedule = choice(reader, "lr_scheduler_type", "linear", SCHEDULES);
    Warmup warmup = Warmup.read(reader);
    FinetuneSpec spec = spec(reader);
    String backend = reader.text("backend").orElse("pytorch");
    Optional<PromptTemplate> template = template(reader);
    reader.end();
    return new TrainingParams(
        epochs,
        steps.orElse(-1) > 0 ? steps : OptionalLong.empty(),
        batch,
        spec,
        schedule,
        warmup,
        backend,
        template,
        lora.map(x -> x.with("seed", spec.seed())),
        config);
  }

  private static BatchSize batch(ParamReader reader) {
    OptionalLong items = reader.whole("per_device_train_batch_size");
    OptionalLong accumulated = reader.whole("gradient_accumulation_steps");
    OptionalLong tokens = reader.whole("batch_tokens");
    items.ifPresent(x -> reader.check(x > 0, "per_device_train_batch_size", x, "> 0"));
    accumulated.ifPresent(x -> reader.check(x > 0, "gradient_accumulation_steps", x, "> 0"));
    tokens.ifPresent(
        x -> {
          reader.check(x > 0, "batch_tokens", x, "> 0");
          reader.check(
              items.isEmpty() && accumulated.isEmpty(),
              "batch_tokens",
              x,
              "none beside per_device_train_batch_size and gradient_accumulation_steps");
        });
    long product = Math.max(1, items.orElse(ITEMS)) * Math.max(1, accumulated.orElse(1));
    return tokens.isPresent()
        ? BatchSize.tokens(Math.max(1, tokens.getAsLong()))
        : BatchSize.items(Math.max(1, product));
  }

  private static FinetuneSpec spec(ParamReader reader) {
    FinetuneSpec defaults = FinetuneSpec.openEnded();
    AdamW adam = defaults.optimizer();
    double rate = reader.number("learning_rate").orElse(defaults.learningRate());
    double norm = reader.number("max_grad_norm").orElse(defaults.maxGradNorm());
    double beta1 = reader.number("adam_beta1").orElse(adam.beta1());
    double beta2 = reader.number("adam_beta2").orElse(adam.beta2());
    double eps = reader.number("adam_epsilon").orElse(adam.eps());
    double decay = reader.number("weight_decay").orElse(adam.weightDecay());
    long seed = reader.whole("seed").orElse(defaults.seed());
    boolean checkpointing = reader.flag("gradient_checkpointing");
    Precision precision = reader.flag("bf16") ? Precision.BF16 : Precision.F32;
    FinetuneSpec checked =
        reader
            .checked(() -> new AdamW(beta1, beta2, eps, decay))
            .map(defaults::optimizer)
            .orElse(defaults);
    return reader
        .checked(() -> checked.learningRate(rate).maxGradNorm(norm))
        .orElse(checked)
        .seed(seed)
        .precision(precision)
        .gradientCheckpointing(checkpointing);
  }

  private static String choice(
      ParamReader reader, String name, String otherwise, List<String> allowed) {
    String text = reader.text(name).map(x -> x.toLowerCase(Locale.ROOT)).orElse(otherwise);
    reader.check(allowed.contains(text), name, text, "one of " + allowed);
    return text;
  }

  private static Optional<PromptTemplate> template(ParamReader reader) {
    return reader
        .text("prompt_template")
        .flatMap(
            text -> {
              Optional<PromptTemplate> template = PromptTemplate.parse(text);
              reader.check(
                  template.isPresent(),
                  "prompt_template",
                  "\"" + text + "\"",
                  "{prompt} once, and after it {completion} or {answer} at most once");
              return template;
            });
  }

  private static Optional<Arguments> lora(ParamReader reader) {
    Map<String, Object> arguments = new LinkedHashMap<>();
    OptionalLong rank = reader.whole("lora_r");
    rank.ifPresent(x -> reader.check(x >= 1 && x <= 65_536, "lora_r", x, "1 to 65536"));
    rank.ifPresent(x -> arguments.put("rank", x));
    OptionalDouble alpha = reader.number("lora_alpha");
    alpha.ifPresent(x -> reader.check(x > 0, "lora_alpha", x, "> 0"));
    alpha.ifPresent(x -> arguments.put("alpha", x));
    OptionalDouble dropout = reader.number("lora_dropout");
    dropout.ifPresent(x -> reader.check(x >= 0 && x < 1, "lora_dropout", x, "0 <= p < 1"));
    dropout.ifPresent(x -> arguments.put("dropout", x));
    List<String> targets = reader.names("target_modules");
    if (!targets.isEmpty()) {
      arguments.put("targets", targets);
    }
    return arguments.isEmpty() ? Optional.empty() : Optional.of(Arguments.of(arguments));
  }

  long seed() {
    return spec.seed();
  }

  /** The model with adapters, if there are to be any. */
  ModelConfig wrap(ModelConfig model) {
    return lora.map(x -> model.wrappedIn("lora", x)).orElse(model);
  }

  /** The batches of the whole run, of those of one pass. */
  Batches length(Batches pass) {
    if (maxSteps.isPresent()) {
      return pass.steps(maxSteps.getAsLong());
    }
    return epochs == Math.rint(epochs)
        ? pass.epochs((long) epochs)
        : pass.steps((long) Math.ceil(epochs * pass.size()));
  }

  /** The description of a run of so many steps. */
  FinetuneSpec spec(long steps) {
    long warm = warmup.of(steps);
    Schedule shape =
        switch (schedule) {
          case "linear" -> Schedule.linear(warm);
          case "cosine" -> Schedule.cosine(warm);
          case "constant_with_warmup" -> Schedule.constant(warm);
          default -> Schedule.constant(0);
        };
    FinetuneSpec sized = FinetuneSpec.steps(steps);
    return sized
        .learningRate(spec.learningRate())
        .schedule(shape)
        .optimizer(spec.optimizer())
        .maxGradNorm(spec.maxGradNorm())
        .precision(spec.precision())
        .seed(spec.seed())
        .gradientCheckpointing(spec.gradientCheckpointing());
  }

  /**
   * Steps until the peak rate.
   *
   * @param steps if they are given
   * @param ratio else this share of all
   */
  record Warmup(OptionalLong steps, double ratio) {
    private static Warmup read(ParamReader reader) {
      OptionalLong steps = reader.whole("warmup_steps");
      steps.ifPresent(x -> reader.check(x >= 0, "warmup_steps", x, ">= 0"));
      double ratio = reader.number("warmup_ratio").orElse(0);
      reader.check(ratio >= 0 && ratio <= 1, "warmup_ratio", ratio, "in [0, 1]");
      return new Warmup(steps, ratio);
    }

    /** As transformers' {@code get_warmup_steps} has it. */
    private long of(long total) {
      return steps.orElse(0) > 0 ? steps.getAsLong() : (long) Math.ceil(total * ratio);
    }
  }
}
