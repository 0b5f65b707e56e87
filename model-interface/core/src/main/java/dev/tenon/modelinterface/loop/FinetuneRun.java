package dev.tenon.modelinterface.loop;

import dev.tenon.checkpoint.CheckpointDirectory.Checkpoint;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.WorkerLostException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.ModelVersion;
import dev.tenon.modelinterface.data.BatchCursor;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The counters of a run, and what it does with them. Runs once, on one thread. */
final class FinetuneRun {
  private static final Logger LOG = LoggerFactory.getLogger(FinetuneRun.class);

  private final FinetuneLoop loop;
  private final Model model;
  private final String data;
  private final Map<String, String> initial; // state of the algorithm before anything else
  private final Runnable told; // how listeners learn of the beginning
  private BatchCursor cursor;
  private ModelVersion version;
  private EvaluationHistory history = EvaluationHistory.empty();
  private long checkpointAt = -1;
  private Optional<Checkpoint> resumedFrom = Optional.empty();
  private Metrics lastStep = Metrics.empty();
  private Metrics lastEvaluation = Metrics.empty();

  FinetuneRun(FinetuneLoop loop, Model model) {
    this.loop = loop;
    this.model = model;
    version = loop.start;
    cursor = loop.batches.from(version);
    data = loop.checkpoints.isPresent() ? loop.batches.digest() : "";
    initial = loop.algorithm.state();
    loop.checkpoints.flatMap(Checkpoints::toResume).ifPresent(this::resume);
    told = () -> loop.listeners.forEach(x -> x.onStart(model, loop.batches.size()));
  }

  /** The same run with another model, from the last checkpoint or, without one, from its start. */
  private FinetuneRun(FinetuneRun lost, Model model, WorkerLostException why) {
    loop = lost.loop;
    this.model = model;
    version = loop.start;
    cursor = loop.batches.from(version);
    data = lost.data;
    initial = lost.initial;
    lastStep = lost.lastStep;
    lastEvaluation = lost.lastEvaluation;
    loop.algorithm.restore(initial);
    loop.checkpoints.flatMap(Checkpoints::ofThisRun).ifPresent(this::resume);
    resumedFrom = Optional.empty();
    LOG.warn("goes on after step {} with a new model: {}", version.globalStep(), why.getMessage());
    told = () -> loop.listeners.forEach(x -> x.onRestart(model, version, why));
  }

  FinetuneRun again(Model other, WorkerLostException why) {
    return new FinetuneRun(this, other, why);
  }

  /** The step of the last checkpoint, −1 before the first. */
  long checkpointAt() {
    return checkpointAt;
  }

  /** Checks everything first, so that a checkpoint that does not fit changes nothing. */
  private void resume(Checkpoint checkpoint) {
    LoopState state = LoopState.read(checkpoint);
    if (!state.data().equals(data)) {
      throw new InvalidInputException(
          Problems.problem(
              "data of the run",
              "sha256 " + data,
              "that of " + checkpoint.directory() + ", sha256 " + state.data()));
    }
    cursor = loop.batches.from(state.version());
    loop.algorithm.restore(state.algorithm());
    model.trainEngine().loadState(checkpoint.directory());
    version = state.version();
    checkpointAt = version.globalStep();
    resumedFrom = Optional.of(checkpoint);
    goOnJudging(state);
  }

  private void goOnJudging(LoopState state) {
    boolean kept = loop.checkpoints.filter(x -> x.has(state.history().best())).isPresent();
    if (state.metric().equals(loop.metric) && kept) {
      history = state.history();
    } else if (loop.metric.isPresent()) {
      LOG.warn(
          "evaluations before step {} do not count: judged by {} (now {}), best checkpoint {}",
          version.globalStep(),
          state.metric(),
          loop.metric,
          kept ? "kept" : "not kept");
      history = history.evaluatedAt(state.history().evaluatedAt());
    }
  }

  FinetuneResult toEnd() {
    told.run();
    resumedFrom.ifPresent(
        from -> loop.listeners.forEach(x -> x.onResume(version, from.directory())));
    while (!loop.stopRequested() && !outOfPatience() && cursor.hasNext()) {
      step();
    }
    boolean early = outOfPatience() && cursor.hasNext();
    boolean stopped = !early && cursor.hasNext();
    if (!stopped) {
      evaluate();
    }
    checkpoint();
    loadBest();
    loop.output.ifPresent(directory -> loop.algorithm.save(model, directory));
    return new FinetuneResult(version, lastStep, lastEvaluation, stopped, early, history.best());
  }

  private void step() {
    lastStep = loop.algorithm.trainStep(model, cursor.next());
    version = cursor.version();
    loop.listeners.forEach(x -> x.onStep(version, lastStep));
    long step = version.globalStep();
    if (isMultiple(step, loop.evaluateEvery) || !cursor.hasNext()) {
      evaluate();
    }
    version = cursor.passEnded() ? version.nextEpoch() : version;
    boolean best =
        history.isBest(step) && loop.checkpoints.filter(Checkpoints::keepBest).isPresent();
    if (best || loop.checkpoints.filter(x -> isMultiple(step, x.everySteps())).isPresent()) {
      checkpoint();
    }
  }

  private static boolean isMultiple(long step, long every) {
    return every > 0 && step % every == 0;
  }

  private boolean outOfPatience() {
    return loop.earlyStop.filter(x -> history.stale() >= x.patience()).isPresent();
  }

  private void evaluate() {
    long step = version.globalStep();
    if (loop.evaluateEvery > 0 && history.evaluatedAt() != step) {
      lastEvaluation = loop.algorithm.evaluate(model, loop.evaluation);
      history =
          loop.metric.isPresent() ? judged(step, loop.metric.get()) : history.evaluatedAt(step);
      loop.listeners.forEach(x -> x.onEvaluation(version, lastEvaluation));
    }
  }

  private EvaluationHistory judged(long step, BestMetric metric) {
    double threshold = loop.earlyStop.map(EarlyStop::threshold).orElse(0.0);
    return history.after(step, metric.of(lastEvaluation), metric, threshold);
  }

  /** A step that has its checkpoint already, after a resume or at the end, needs no other. */
  private void checkpoint() {
    long step = version.globalStep();
    if (loop.checkpoints.isEmpty() || step == checkpointAt || step == 0) {
      return;
    }
    LoopState state = new LoopState(version, data, loop.metric, history, loop.algorithm.state());
    Checkpoint made = loop.checkpoints.get().commit(model.trainEngine(), state);
    checkpointAt = step;
    loop.listeners.forEach(x -> x.onCheckpoint(version, made.directory()));
  }

  private void loadBest() {
    Optional<BestStep> other = history.best().filter(x -> x.step() != version.globalStep());
    if (loop.loadBest && other.isPresent()) {
      loop.checkpoints.ifPresent(x -> x.loadBest(model.trainEngine(), other.get()));
    }
  }

  /** Tells that the run is over. */
  void end() {
    loop.listeners.forEach(x -> x.onEnd(version));
  }
}
