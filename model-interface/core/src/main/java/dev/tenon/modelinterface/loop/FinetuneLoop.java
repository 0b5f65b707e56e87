package dev.tenon.modelinterface.loop;

import dev.tenon.checkpoint.CheckpointDirectory;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Model;
import dev.tenon.model.ModelVersion;
import dev.tenon.model.TrainEngine;
import dev.tenon.model.TrainingListener;
import dev.tenon.modelinterface.ModelInterface;
import dev.tenon.modelinterface.data.Batches;
import dev.tenon.tensor.NamedArray;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * One run of an algorithm over its batches: a trainStep per batch, evaluations and checkpoints
 * every so many steps, and the model saved at the end. A run that was asked to stop ends after the
 * step it is in, makes a checkpoint, saves, and does not evaluate again. A run that fails saves
 * nothing; its checkpoints stay.
 *
 * <p>A checkpoint holds all that the rest of the run depends on: the engine's training state, the
 * place in the data, the evaluations so far, and the algorithm's own state. A run that is killed at
 * any moment and resumed makes the steps that it would have made, bit for bit on the CPU at an
 * equal number of threads.
 *
 * <p>A loop runs once, on the thread that calls {@link #run}; {@link #requestStop} may be called
 * from any thread, before or while it runs.
 *
 * <p>The file is long because the options of a run read in one place.
 */
public final class FinetuneLoop {
  final ModelInterface algorithm;
  final Batches batches;
  final Iterable<NamedArray> evaluation;
  final long evaluateEvery;
  final List<TrainingListener> listeners;
  final Optional<Path> output;
  final ModelVersion start;
  final Optional<Checkpoints> checkpoints;
  final Optional<BestMetric> metric;
  final boolean loadBest;
  final Optional<EarlyStop> earlyStop;
  final int restarts;
  private final AtomicBoolean started = new AtomicBoolean();
  private volatile boolean stopRequested;

  private FinetuneLoop(Builder builder) {
    algorithm = builder.algorithm;
    batches = builder.batches;
    evaluation = builder.evaluation;
    evaluateEvery = builder.evaluateEvery;
    listeners = List.copyOf(builder.listeners);
    output = builder.output;
    start = builder.start.orElse(ModelVersion.start());
    checkpoints = builder.checkpoints();
    metric = builder.judge();
    loadBest = builder.loadBest;
    earlyStop = builder.earlyStop;
    restarts = builder.restarts;
  }

  /**
   * Describes a run.
   *
   * @param algorithm trains the model
   * @param batches one per step; their number is the number of steps
   */
  public static Builder builder(ModelInterface algorithm, Batches batches) {
    return new Builder(algorithm, batches);
  }

  /** Asks the run to end after the step it is in; before {@link #run}, to take no step. */
  public void requestStop() {
    stopRequested = true;
  }

  boolean stopRequested() {
    return stopRequested;
  }

  /**
   * Runs to the end of the batches, or until it is asked to stop or evaluations get no better.
   *
   * @param model a model that {@link dev.tenon.model.ModelBackend#initialize} returned; it stays
   *     open
   * @throws UnsupportedFeatureException if the algorithm cannot save what it trains
   * @throws dev.tenon.error.CheckpointException if the output directory cannot be written; if there
   *     are checkpoints and the run is not to resume, or none of them is whole: it never starts
   *     anew by itself where a run has been; or if a checkpoint cannot be written
   * @throws InvalidInputException if the model cannot be trained, an item is longer than its
   *     positions, the data is not that of the checkpoint, or the loop has run before
   */
  public FinetuneResult run(Model model) {
    if (restarts > 0) {
      throw new InvalidInputException(
          Problems.problem("restarts", restarts, "none, or run(Supplier), which makes models"));
    }
    checkSave();
    output.ifPresent(CheckpointDirectory::requireWritable);
    requireFits(model);
    requireFirst();
    FinetuneRun run = new FinetuneRun(this, model);
    try (End end = run::end) {
      return run.toEnd();
    }
  }

  /**
   * Runs as {@link #run(Model)} does, with a model of its own that is closed at the end: what the
   * run leaves is its output and its checkpoints. If a worker of the engine is lost and {@link
   * Builder#restarts} allows it, the model is closed and made anew, takes the state of the last
   * checkpoint, or that of the start if there is none yet, and goes on; the algorithm goes back
   * too. The run ends with the bits of one that lost nothing, where a resume does.
   *
   * @param models makes the same model at each call, by {@link
   *     dev.tenon.model.ModelBackend#initialize}
   * @throws dev.tenon.error.WorkerLostException if workers are lost too often, or no restart is
   *     allowed
   */
  public FinetuneResult run(Supplier<Model> models) {
    checkSave();
    output.ifPresent(CheckpointDirectory::requireWritable);
    requireFirst();
    return new Restarts(this, models).toEnd();
  }

  void requireFits(Model model) {
    TrainEngine unused = model.trainEngine();
    batches.requireFits(model.network().maxPositions());
  }

  private void requireFirst() {
    if (!started.compareAndSet(false, true)) {
      throw new InvalidInputException(
          Problems.problem("loop", "has run", "a new one for each run"));
    }
  }

  /** Runs in any case; what it throws is suppressed under an earlier failure. */
  interface End extends AutoCloseable {
    @Override
    void close();
  }

  /** A run whose model is lost at its end should not begin. */
  private void checkSave() {
    try {
      Class<?> owner =
          algorithm.getClass().getMethod("save", Model.class, Path.class).getDeclaringClass();
      if (owner == ModelInterface.class) {
        throw new UnsupportedFeatureException(
            Problems.problem(
                "save of " + algorithm.getClass().getSimpleName(),
                "the default, which writes nothing",
                "an interface that overrides save"));
      }
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException("save(Model, Path) is a method of every interface", e);
    }
  }

  /** The optional parts of a run. Not thread-safe. */
  public static final class Builder {
    private final ModelInterface algorithm;
    private final Batches batches;
    private Iterable<NamedArray> evaluation = List.of();
    private long evaluateEvery;
    private final List<TrainingListener> listeners = new ArrayList<>();
    private Optional<Path> output = Optional.empty();
    private Optional<ModelVersion> start = Optional.empty();
    private Optional<Path> root = Optional.empty();
    private long checkpointEvery = Long.MAX_VALUE;
    private boolean resume;
    private OptionalInt keepLast = OptionalInt.empty();
    private Optional<BestMetric> metric = Optional.empty();
    private boolean keepBest;
    private boolean loadBest;
    private Optional<EarlyStop> earlyStop = Optional.empty();
    private int restarts;

    private Builder(ModelInterface algorithm, Batches batches) {
      this.algorithm = algorithm;
      this.batches = batches;
    }

    /**
     * Evaluates every {@code everySteps} steps and at the end (HuggingFace: {@code eval_steps}).
     *
     * @param data read once per evaluation
     * @param everySteps &gt; 0
     */
    public Builder evaluation(Iterable<NamedArray> data, long everySteps) {
      evaluation = data;
      evaluateEvery = positive("steps between evaluations", everySteps);
      return this;
    }

    /** Evaluates at the end. */
    public Builder evaluation(Iterable<NamedArray> data) {
      return evaluation(data, Long.MAX_VALUE);
    }

    /** Tells a listener what happens; several are told in the order they were added. */
    public Builder listener(TrainingListener listener) {
      listeners.add(listener);
      return this;
    }

    /** Saves the model into a directory at the end, also after a requested stop. */
    public Builder output(Path directory) {
      output = Optional.of(directory);
      return this;
    }

    /** Goes on where an earlier run ended; the model must be in the state that run left it in. */
    public Builder from(ModelVersion done) {
      start = Optional.of(done);
      return this;
    }

    /**
     * Makes checkpoints every {@code everySteps} steps (HuggingFace: {@code save_steps}) and at the
     * end. A run starts with an empty root, unless it may {@linkplain #resumeOrStart resume}.
     *
     * @param root a directory for the checkpoints of this run, made if it is missing
     * @param everySteps &gt; 0
     */
    public Builder checkpoint(Path root, long everySteps) {
      checkpointEvery = positive("steps between checkpoints", everySteps);
      return root(root);
    }

    /**
     * Goes on from the latest checkpoint of a root, or starts if there is none (HuggingFace: {@code
     * resume_from_checkpoint}). Where the latest is damaged it goes on from the newest that is
     * whole, see {@link CheckpointDirectory#resume}. The batches must hold the same data in the
     * same order; they may be more epochs or steps. Without {@link #checkpoint} the only checkpoint
     * is made at the end.
     */
    public Builder resumeOrStart(Path root) {
      resume = true;
      return root(root);
    }

    private Builder root(Path directory) {
      if (root.isPresent() && !root.get().equals(directory)) {
        throw new InvalidInputException(
            Problems.problem("checkpoint root", directory, "the same as before, " + root.get()));
      }
      root = Optional.of(directory);
      return this;
    }

    /**
     * Keeps only the newest checkpoints, and the best one if {@link #keepBest} asks for it
     * (HuggingFace: {@code save_total_limit}). By default all are kept.
     *
     * @param count &gt; 0
     */
    public Builder keepLast(int count) {
      keepLast = OptionalInt.of((int) positive("checkpoints to keep", count));
      return this;
    }

    /** By what evaluations are judged; {@code loss}, the lower the better, by default. */
    public Builder bestBy(BestMetric value) {
      metric = Optional.of(value);
      return this;
    }

    /**
     * Makes a checkpoint whenever an evaluation is better than all before it, and keeps it until
     * there is a better one.
     */
    public Builder keepBest() {
      keepBest = true;
      return this;
    }

    /**
     * At the end takes the model back to the best evaluation, before it is saved to the output
     * (HuggingFace: {@code load_best_model_at_end}). Includes {@link #keepBest}.
     */
    public Builder loadBestAtEnd() {
      loadBest = true;
      return keepBest();
    }

    /**
     * Ends the run when the metric has not become better for several evaluations in a row
     * (transformers: {@code EarlyStoppingCallback}).
     *
     * @param patience evaluations, &gt; 0
     * @param threshold by how much better is better enough, ≥ 0
     */
    public Builder earlyStop(int patience, double threshold) {
      earlyStop = Optional.of(new EarlyStop(patience, threshold));
      return this;
    }

    /**
     * Lets {@link FinetuneLoop#run(Supplier)} go on from the last checkpoint when a worker is lost.
     * By default a loss ends the run.
     *
     * @param count how many losses in a row without a new checkpoint between them, &gt; 0
     */
    public Builder restarts(int count) {
      restarts = (int) positive("restarts", count);
      return this;
    }

    private static long positive(String what, long value) {
      if (value <= 0) {
        throw new InvalidInputException(Problems.problem(what, value, "> 0"));
      }
      return value;
    }

    /** Empty if nothing depends on how good an evaluation is. */
    private Optional<BestMetric> judge() {
      boolean judged = metric.isPresent() || keepBest || earlyStop.isPresent();
      return judged ? Optional.of(metric.orElse(BestMetric.lowest("loss"))) : Optional.empty();
    }

    private Optional<Checkpoints> checkpoints() {
      return root.map(x -> new Checkpoints(x, checkpointEvery, keepLast, keepBest, resume));
    }

    /**
     * The loop.
     *
     * @throws InvalidInputException naming options that need another one
     */
    public FinetuneLoop build() {
      Problems problems = new Problems();
      boolean judged = judge().isPresent();
      problems.check(!judged || evaluateEvery > 0, "evaluation", "none", "one to judge the run by");
      boolean kept = keepLast.isPresent() || keepBest || restarts > 0;
      problems.check(!kept || root.isPresent(), "checkpoint root", "none", "one to keep them in");
      problems.check(!resume || start.isEmpty(), "from", start, "none with resumeOrStart");
      problems.check(!rootInOutput(), "checkpoint root", root, "outside of the output " + output);
      problems.throwIfAny(InvalidInputException::new);
      return new FinetuneLoop(this);
    }

    /** Saving replaces the output directory as a whole. */
    private boolean rootInOutput() {
      return root.isPresent()
          && output.isPresent()
          && normal(root.get()).startsWith(normal(output.get()));
    }

    private static Path normal(Path path) {
      return path.toAbsolutePath().normalize();
    }
  }
}
