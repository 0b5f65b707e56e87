package dev.tenon.cli;

import dev.tenon.model.ModelBackend;
import dev.tenon.model.Registry;
import java.util.Map;
import java.util.ServiceLoader;

/** The backends on the class path. */
final class Backends {
  private Backends() {}

  /** The backend of a name; an unknown one lists those that are there. */
  static ModelBackend get(String name) {
    Registry<ModelBackend> backends = new Registry<>("backend", Map.of());
    ServiceLoader.load(ModelBackend.class).forEach(x -> backends.register(x.name(), x));
    return backends.get(name);
  }
}
