package dev.tenon.model;

import dev.tenon.error.InsufficientMemoryException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Problems;
import dev.tenon.spec.BatchShape;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.InferencePlan;
import dev.tenon.spec.InferenceSpec;
import dev.tenon.spec.MemoryLimit;
import dev.tenon.spec.MemoryPlan;
import dev.tenon.spec.Precision;
import java.util.Map;
import java.util.ServiceLoader;

/** Turns descriptions into running models. Implementations are immutable and safe for threads. */
public interface ModelBackend {
  /** The registered name, for example {@code pytorch}. */
  String name();

  /**
   * The backends that {@link ServiceLoader} finds on the class path, under their names, in a new
   * registry.
   */
  static Registry<ModelBackend> fromServiceLoader() {
    Registry<ModelBackend> backends =
        new Registry<>(
            "backend",
            Map.of(
                "pytorch", "dev.tenon:tenon-pytorch",
                "offload", "dev.tenon:tenon-offload",
                "sharded", "dev.tenon:tenon-sharded"));
    ServiceLoader.load(ModelBackend.class).forEach(x -> backends.register(x.name(), x));
    return backends;
  }

  /**
   * Loads what the first model of a process would load, such as native libraries, so that it may
   * happen beside other work. Nobody needs to call it; a failure comes again from {@code
   * initialize}. The default does nothing. Any thread, at any time.
   */
  default void prepare() {}

  /**
   * Loads the weights for training.
   *
   * @param model a model whose module is a {@link Network}
   * @param spec optimizer, schedule, precision, seed
   * @return the same model with a {@link TrainEngine}; the caller closes it
   * @throws InsufficientMemoryException before anything is allocated, if the {@link MemoryLimit} of
   *     the backend, by default the machine's memory, does not hold what even a batch of one token
   *     takes
   */
  Model initialize(Model model, FinetuneSpec spec);

  /**
   * Loads the weights for inference only, as {@link InferenceSpec#defaults()} asks.
   *
   * @param model a model whose module is a {@link Network}
   * @return the same model with an {@link Engine}; the caller closes it
   */
  Model initializeForInference(Model model);

  /**
   * Loads the weights for inference only. The default knows no settings but the defaults.
   *
   * @param model a model whose module is a {@link Network}
   * @param spec precision, threads
   * @return the same model with an {@link Engine}; the caller closes it
   * @throws UnsupportedFeatureException if the backend, this machine or the network cannot run so
   */
  default Model initializeForInference(Model model, InferenceSpec spec) {
    Problems problems = new Problems();
    spec.precision()
        .ifPresent(
            x -> problems.check(x == Precision.F32, "precision of backend " + name(), x, "F32"));
    problems.check(spec.threads() == 0, "threads of backend " + name(), spec.threads(), "0");
    problems.throwIfAny(UnsupportedFeatureException::new);
    return initializeForInference(model);
  }

  /**
   * What training takes, before anything is allocated.
   *
   * @param network what is to be trained
   * @param spec as for {@link #initialize}
   * @param batch the largest batch
   * @throws UnsupportedFeatureException if the backend makes no plans
   */
  default MemoryPlan plan(Network network, FinetuneSpec spec, BatchShape batch) {
    throw noPlan();
  }

  /**
   * What inference takes, before any weight is read. May load native libraries, to see which
   * kernels of the precision this machine has.
   *
   * @param network what is to run
   * @param spec as for {@link #initializeForInference(Model, InferenceSpec)}
   * @param batch the requests that are live at once, prompts and answers
   * @throws UnsupportedFeatureException if the backend makes no plans, or cannot run so
   */
  default InferencePlan plan(Network network, InferenceSpec spec, BatchShape batch) {
    throw noPlan();
  }

  private UnsupportedFeatureException noPlan() {
    return new UnsupportedFeatureException(
        Problems.problem("plan of backend " + name(), "none", "a backend that plans its memory"));
  }
}
