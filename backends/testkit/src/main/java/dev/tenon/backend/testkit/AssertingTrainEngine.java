package dev.tenon.backend.testkit;

import dev.tenon.model.Metrics;
import dev.tenon.model.Parameter;
import dev.tenon.model.TrainEngine;
import dev.tenon.objective.Objective;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.TensorData;
import dev.tenon.tensor.TensorSink;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Watches a train engine; see {@link AssertingBackend}. */
final class AssertingTrainEngine extends AssertingEngine implements TrainEngine {
  /** Up to this many numbers the weights are compared around every call, else around some. */
  private static final long SMALL = 1_000_000;

  private static final int SOME = 16;

  private final TrainEngine engine;
  private final Map<String, Shape> shapes = new LinkedHashMap<>();
  private final Map<String, Shape> trained;
  private final boolean small;
  private int calls;

  AssertingTrainEngine(TrainEngine engine, Set<String> trained) {
    super(engine);
    this.engine = engine;
    engine.network().parameters().forEach(x -> shapes.put(x.name(), x.shape()));
    this.trained = new LinkedHashMap<>(shapes);
    this.trained.keySet().retainAll(trained);
    small =
        engine.network().parameters().stream().map(Parameter::shape).mapToLong(Shape::size).sum()
            <= SMALL;
  }

  @Override
  <T> T unchanging(String call, Supplier<T> action) {
    Weights before = new Weights();
    try {
      return action.get();
    } finally {
      before.checkSame(call);
    }
  }

  /** Version and, if this call is a sample, checksum of the weights. */
  private final class Weights {
    private final boolean sampled = small || calls++ % SOME == 0;
    private final long version = engine.version();
    private final long digest = sampled ? Digest.ofParameters(engine) : 0;

    private void checkSame(String call) {
      Contract.check(
          engine.version() == version, call, "version " + engine.version(), "still " + version);
      Contract.check(
          !sampled || Digest.ofParameters(engine) == digest,
          call,
          "changed weights",
          "weights stay as they are");
    }
  }

  @Override
  public Metrics trainBatch(NamedArray batch, Objective objective) {
    return watchStep(() -> engine.trainBatch(batch, objective), batch);
  }

  private Metrics watchStep(Supplier<Metrics> step, NamedArray batch) {
    if (isClosed()) {
      return Contract.refusedAfterClose("trainBatch", step);
    }
    Weights before = new Weights();
    long digest = Digest.of(batch);
    Metrics metrics;
    try {
      metrics = step.get();
    } catch (RuntimeException e) {
      before.checkSame("trainBatch that threw");
      throw e;
    }
    Contract.check(Digest.of(batch) == digest, "trainBatch", "a changed batch", "it stays");
    Contract.check(
        openSessions() == 0, "trainBatch", openSessions() + " open sessions", "a refusal");
    checkMetrics("trainBatch", metrics, List.of("loss", "weight", "grad_norm", "learning_rate"));
    checkStep(metrics, before);
    return metrics;
  }

  private void checkStep(Metrics metrics, Weights before) {
    double loss = metrics.get("loss");
    double norm = metrics.get("grad_norm");
    boolean skipped = metrics.find("skipped").isPresent();
    boolean finite = Double.isFinite(loss) && Double.isFinite(norm);
    Contract.check(
        skipped != finite,
        "trainBatch",
        metrics,
        "skipped = 1 if and only if loss or norm is not finite");
    Contract.check(
        metrics.get("learning_rate") >= 0, "trainBatch", metrics, "a learning rate >= 0");
    Contract.check(!(norm < 0), "trainBatch", metrics, "a norm >= 0");
    if (skipped || metrics.find("vetoed").isPresent()) {
      before.checkSame("trainBatch, skipped or vetoed");
    } else {
      Contract.check(
          engine.version() == before.version + 1,
          "trainBatch",
          "version " + engine.version(),
          "" + (before.version + 1));
    }
  }

  @Override
  public Metrics gradients(NamedArray batch, Objective objective, TensorSink sink) {
    Received received = new Received("gradients", trained, sink);
    Metrics metrics = watch("gradients", batch, () -> engine.gradients(batch, objective, received));
    received.checkAll();
    checkMetrics("gradients", metrics, List.of("loss", "weight", "grad_norm"));
    double norm = metrics.get("grad_norm");
    double found = Math.sqrt(received.squares);
    Contract.check(
        !(Math.abs(norm - found) > 1e-3 * Math.max(norm, 1e-6)),
        "gradients",
        "grad_norm " + norm,
        "the norm of what was handed out, " + found);
    return metrics;
  }

  @Override
  public void parameters(TensorSink sink) {
    Received received = new Received("parameters", shapes, sink);
    boolean done =
        watch(
            "parameters",
            () -> {
              engine.parameters(received);
              return true;
            });
    Contract.check(done, "parameters", "no return", "a return");
    received.checkAll();
  }

  @Override
  public void saveState(Path directory) {
    boolean done =
        watch(
            "saveState",
            () -> {
              engine.saveState(directory);
              return true;
            });
    Contract.check(done, "saveState", "no return", "a return");
  }

  @Override
  public void loadState(Path directory) {
    Supplier<Long> load =
        () -> {
          engine.loadState(directory);
          return engine.version();
        };
    long version = isClosed() ? Contract.refusedAfterClose("loadState", load) : load.get();
    Contract.check(version >= 0, "loadState", "version " + version, ">= 0");
    Contract.check(
        openSessions() == 0, "loadState", openSessions() + " open sessions", "a refusal");
  }

  @Override
  public long version() {
    return engine.version();
  }

  /** Checks what a sink is handed. */
  private final class Received implements TensorSink {
    private final String call;
    private final TensorSink sink;
    private final Map<String, Shape> missing;
    private double squares;

    private Received(String call, Map<String, Shape> expected, TensorSink sink) {
      this.call = call;
      this.missing = new LinkedHashMap<>(expected);
      this.sink = sink;
    }

    @Override
    public void accept(String name, TensorData tensor) {
      Shape shape = missing.remove(name);
      Contract.check(shape != null, call, name, "each parameter once, of " + shapes.keySet());
      Contract.check(
          tensor.dtype() == DType.F32 && tensor.shape().equals(shape),
          call,
          name + " " + tensor.dtype() + " " + tensor.shape(),
          "F32 " + shape);
      if (call.equals("gradients")) {
        for (float value : tensor.toFloats()) {
          squares += (double) value * value;
        }
      }
      sink.accept(name, tensor);
    }

    private void checkAll() {
      Contract.check(missing.isEmpty(), call, "without " + missing.keySet(), "every parameter");
    }
  }
}
