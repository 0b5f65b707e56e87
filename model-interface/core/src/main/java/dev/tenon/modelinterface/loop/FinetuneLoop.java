package dev.tenon.modelinterface.loop;

import dev.tenon.checkpoint.CheckpointDirectory;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.ModelVersion;
import dev.tenon.model.TrainingListener;
import dev.tenon.modelinterface.ModelInterface;
import dev.tenon.modelinterface.data.BatchCursor;
import dev.tenon.modelinterface.data.Batches;
import dev.tenon.tensor.NamedArray;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One run of an algorithm over its batches: a trainStep per batch, an evaluation every so many
 * steps and at the end, and the model saved at the end. A run that was asked to stop ends after the
 * step it is in, saves, and does not evaluate again. A run that fails saves nothing.
 *
 * <p>A loop runs once, on the thread that calls {@link #run}; {@link #requestStop} may be called
 * from any thread, before or while it runs.
 */
public final class FinetuneLoop {
  private final ModelInterface algorithm;
  private final Batches batches;
  private final Iterable<NamedArray> evaluation;
  private final long evaluateEvery;
  private final List<TrainingListener> listeners;
  private final Optional<Path> output;
  private final ModelVersion start;
  private final AtomicBoolean started = new AtomicBoolean();
  private volatile boolean stopRequested;

  private FinetuneLoop(Builder builder) {
    algorithm = builder.algorithm;
    batches = builder.batches;
    evaluation = builder.evaluation;
    evaluateEvery = builder.evaluateEvery;
    listeners = List.copyOf(builder.listeners);
    output = builder.output;
    start = builder.start;
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

  /**
   * Runs to the end of the batches or until it is asked to stop.
   *
   * @param model a model that {@link dev.tenon.model.ModelBackend#initialize} returned; it stays
   *     open
   * @throws UnsupportedFeatureException if the algorithm cannot save what it trains
   * @throws dev.tenon.error.CheckpointException if the output directory cannot be written
   * @throws InvalidInputException if the model cannot be trained, an item is longer than its
   *     positions, or the loop has run before
   */
  public FinetuneResult run(Model model) {
    checkSave();
    output.ifPresent(CheckpointDirectory::requireWritable);
    model.trainEngine();
    batches.requireFits(model.network().maxPositions());
    if (!started.compareAndSet(false, true)) {
      throw new InvalidInputException(
          Problems.problem("loop", "has run", "a new one for each run"));
    }
    return new Run(model).toEnd();
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

  /** The counters of a run, and what it does with them. */
  private final class Run {
    private final Model model;
    private final BatchCursor cursor = batches.from(start);
    private ModelVersion version = start;
    private long evaluatedAt = -1;
    private Metrics lastStep = Metrics.empty();
    private Metrics lastEvaluation = Metrics.empty();

    private Run(Model model) {
      this.model = model;
    }

    private FinetuneResult toEnd() {
      try (AutoCloseableRun end = this::end) {
        long steps = batches.size();
        listeners.forEach(x -> x.onStart(model, steps));
        while (!stopRequested && cursor.hasNext()) {
          step();
        }
        boolean stopped = cursor.hasNext();
        if (!stopped) {
          evaluate();
        }
        output.ifPresent(directory -> algorithm.save(model, directory));
        return new FinetuneResult(version, lastStep, lastEvaluation, stopped);
      }
    }

    private void step() {
      lastStep = algorithm.trainStep(model, cursor.next());
      version = cursor.version();
      listeners.forEach(x -> x.onStep(version, lastStep));
      if (evaluateEvery > 0 && version.globalStep() % evaluateEvery == 0) {
        evaluate();
      }
      version = cursor.passEnded() ? version.nextEpoch() : version;
    }

    private void evaluate() {
      boolean wanted = evaluateEvery > 0 && evaluatedAt != version.globalStep();
      if (wanted) {
        lastEvaluation = algorithm.evaluate(model, evaluation);
        evaluatedAt = version.globalStep();
        listeners.forEach(x -> x.onEvaluation(version, lastEvaluation));
      }
    }

    private void end() {
      listeners.forEach(x -> x.onEnd(version));
    }
  }

  /** Closed in any case; what it throws is suppressed under an earlier failure. */
  private interface AutoCloseableRun extends AutoCloseable {
    @Override
    void close();
  }

  /** The optional parts of a run. Not thread-safe. */
  public static final class Builder {
    private final ModelInterface algorithm;
    private final Batches batches;
    private Iterable<NamedArray> evaluation = List.of();
    private long evaluateEvery;
    private final List<TrainingListener> listeners = new ArrayList<>();
    private Optional<Path> output = Optional.empty();
    private ModelVersion start = ModelVersion.start();

    private Builder(ModelInterface algorithm, Batches batches) {
      this.algorithm = algorithm;
      this.batches = batches;
    }

    /**
     * Evaluates every {@code everySteps} steps and at the end.
     *
     * @param data read once per evaluation
     * @param everySteps &gt; 0
     */
    public Builder evaluation(Iterable<NamedArray> data, long everySteps) {
      if (everySteps <= 0) {
        throw new InvalidInputException(
            Problems.problem("steps between evaluations", everySteps, "> 0"));
      }
      evaluation = data;
      evaluateEvery = everySteps;
      return this;
    }

    /** Evaluates at the end only. */
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
      start = done;
      return this;
    }

    /** The loop. */
    public FinetuneLoop build() {
      return new FinetuneLoop(this);
    }
  }
}
