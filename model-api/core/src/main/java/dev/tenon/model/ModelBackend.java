package dev.tenon.model;

import dev.tenon.spec.FinetuneSpec;
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
        new Registry<>("backend", Map.of("pytorch", "dev.tenon:tenon-pytorch"));
    ServiceLoader.load(ModelBackend.class).forEach(x -> backends.register(x.name(), x));
    return backends;
  }

  /**
   * Loads the weights for training.
   *
   * @param model a model whose module is a {@link Network}
   * @param spec optimizer, schedule, precision, seed
   * @return the same model with a {@link TrainEngine}; the caller closes it
   */
  Model initialize(Model model, FinetuneSpec spec);

  /**
   * Loads the weights for inference only.
   *
   * @param model a model whose module is a {@link Network}
   * @return the same model with an {@link Engine}; the caller closes it
   */
  Model initializeForInference(Model model);
}
