package dev.tenon.jobs;

import dev.tenon.catalog.job.JobContext;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.ModelBackend;
import dev.tenon.model.ModelRegistry;
import dev.tenon.model.ModelVersion;
import dev.tenon.model.TrainingListener;
import dev.tenon.modelinterface.data.BatchSize;
import dev.tenon.modelinterface.data.Batches;
import dev.tenon.modelinterface.data.Dataset;
import dev.tenon.modelinterface.loop.FinetuneLoop;
import dev.tenon.modelinterface.loop.FinetuneResult;
import dev.tenon.modelinterface.sft.SftInterface;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.ModelConfig;
import dev.tenon.tensor.Device;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** One training for a job. Used once, by one thread. */
final class TrainingRun implements TrainingListener {
  private final JobContext context;
  private final TrainingParams params;
  private long totalSteps;

  TrainingRun(JobContext context, TrainingParams params) {
    this.context = context;
    this.params = params;
  }

  /** Trains a model on the job's data and saves it where the job wants it. */
  void run(ModelConfig config) {
    DatasetDirectory files = DatasetDirectory.open(data());
    ModelBackend backend = ModelBackend.fromServiceLoader().get(params.backend());
    Model model = ModelRegistry.fromServiceLoader().create(config, "model", Device.cpu());
    Dataset training = files.trainingData(model.tokenizer(), params.template());
    Batches batches = params.length(training.batches(params.batch(), params.seed()));
    FinetuneLoop.Builder builder =
        FinetuneLoop.builder(new SftInterface(), batches).listener(this).output(context.trained());
    Optional<Dataset> validation = files.validationData(model.tokenizer(), params.template());
    validation.ifPresent(x -> builder.evaluation(x.batches(evaluationSize())));
    FinetuneLoop loop = builder.build();
    FinetuneSpec spec = params.spec(batches.size());
    context.log(training.size() + " examples, " + batches.size() + " steps, " + spec.toMap());
    context.onCancel(loop::requestStop);
    FinetuneResult result = loop.run(() -> backend.initialize(model, spec));
    result.lastStep().find("loss").ifPresent(x -> context.metric("loss", x));
    result.lastEvaluation().find("loss").ifPresent(x -> context.metric("eval_loss", x));
  }

  private Path data() {
    return context
        .data()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    Problems.problem("dataset of a training", "none", "one to learn from")));
  }

  private static BatchSize evaluationSize() {
    return BatchSize.tokens(FinetuneSpec.DEFAULT_MICRO_BATCH_TOKENS);
  }

  @Override
  public void onStart(Model model, long steps) {
    totalSteps = steps;
  }

  @Override
  public void onStep(ModelVersion version, Metrics metrics) {
    context.log(
        String.format(
            Locale.ROOT,
            "step %d of %d  loss %.6f  grad_norm %.6f  learning_rate %.4e",
            version.globalStep(),
            totalSteps,
            metrics.get("loss"),
            metrics.get("grad_norm"),
            metrics.get("learning_rate")));
  }

  @Override
  public void onEvaluation(ModelVersion version, Metrics metrics) {
    context.log(
        String.format(
            Locale.ROOT,
            "evaluation after step %d  loss %.6f",
            version.globalStep(),
            metrics.get("loss")));
  }
}
