package dev.tenon.modelinterface.text;

import dev.tenon.error.EngineClosedException;
import dev.tenon.error.UnknownNameException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Engine;
import dev.tenon.model.Model;
import dev.tenon.model.ModelBackend;
import dev.tenon.model.ModelRegistry;
import dev.tenon.model.Output;
import dev.tenon.model.Registry;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.InferenceSpec;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.NamedArray;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * A running model that many threads ask: calls take turns on its engine, one forward pass after the
 * other. Closing waits for the calls in progress; later ones throw {@link EngineClosedException}.
 */
final class SharedModel implements AutoCloseable {
  private static final String NN = "the artifact dev.tenon:tenon-nn on the class path";
  private static final String PYTORCH = "the artifact dev.tenon:tenon-pytorch on the class path";

  private final Model model;
  private final boolean owned;

  /** Held by a call for its whole length, all of them by {@link #close}. */
  private final ReentrantReadWriteLock calls = new ReentrantReadWriteLock(true);

  /** Held by a call for each pass. */
  private final Lock turn = new ReentrantLock(true);

  private boolean closed;

  private SharedModel(Model model, boolean owned) {
    this.model = model;
    this.owned = owned;
  }

  /**
   * Creates the model of a checkpoint directory on the CPU, with the model type {@code hf} that
   * {@link ServiceLoader} finds on the class path.
   *
   * @param arguments of the model type; {@code path} among them
   * @throws UnknownNameException naming the artifacts to add, if the type or the backend {@code
   *     pytorch} is missing
   */
  static Model create(String name, Arguments arguments) {
    ModelRegistry models = ModelRegistry.fromServiceLoader();
    Registry<ModelBackend> backends = ModelBackend.fromServiceLoader();
    Problems missing = new Problems();
    missing.check(models.types().contains("hf"), "model type hf", "missing", NN);
    missing.check(backends.names().contains("pytorch"), "backend pytorch", "missing", PYTORCH);
    missing.throwIfAny(UnknownNameException::new);
    // Beside reading the checkpoint; a failure comes again from load, which waits for it.
    CompletableFuture<Void> unused = CompletableFuture.runAsync(backends.get("pytorch")::prepare);
    return models.create("hf", name, Device.cpu(), arguments);
  }

  /** Loads a model by the backend {@code pytorch} of the class path. */
  static Model load(Model network, InferenceSpec spec) {
    return ModelBackend.fromServiceLoader().get("pytorch").initializeForInference(network, spec);
  }

  /**
   * Uses a model. One whose module is a network is loaded and closed with this; one that runs
   * already is the caller's to close.
   */
  static SharedModel of(Model model, InferenceSpec spec) {
    return model.module() instanceof Engine
        ? new SharedModel(model, false)
        : new SharedModel(load(model, spec), true);
  }

  Model model() {
    return model;
  }

  /** Runs a call, in which {@link #forward} may be called any number of times. */
  <T> T call(Supplier<T> call) {
    calls.readLock().lock();
    try {
      if (closed) {
        throw new EngineClosedException(
            Problems.problem("model " + model.name(), "closed", "a call before close"));
      }
      return call.get();
    } finally {
      calls.readLock().unlock();
    }
  }

  /** One pass, when it is this call's turn. */
  NamedArray forward(NamedArray batch, Output output) {
    turn.lock();
    try {
      return model.engine().forward(batch, output);
    } finally {
      turn.unlock();
    }
  }

  /** Releases the model if it was loaded here. Idempotent. */
  @Override
  public void close() {
    calls.writeLock().lock();
    try {
      if (!closed && owned) {
        model.close();
      }
      closed = true;
    } finally {
      calls.writeLock().unlock();
    }
  }

  @Override
  public String toString() {
    return model.toString();
  }
}
