package dev.tenon.model;

import dev.tenon.spec.Arguments;
import dev.tenon.spec.ModelConfig;
import dev.tenon.tensor.Device;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.SortedSet;

/** Creates models by registered name. An instance belongs to the application. Safe for threads. */
public final class ModelRegistry {
  private final Registry<ModelFactory> factories =
      new Registry<>(
          "model type",
          Map.of(
              "hf",
              "dev.tenon:tenon-nn",
              "torchscript",
              "dev.tenon:tenon-nn and register its TorchScriptModelFactory"));
  private final Registry<ModelWrapper> wrappers = new Registry<>("model wrapper", Map.of());

  /**
   * A registry with the factories and wrappers that {@link ServiceLoader} finds on the class path.
   */
  public static ModelRegistry fromServiceLoader() {
    ModelRegistry registry = new ModelRegistry();
    ServiceLoader.load(ModelFactory.class).forEach(registry::register);
    ServiceLoader.load(ModelWrapper.class).forEach(registry::register);
    return registry;
  }

  /** Registers a factory under its {@link ModelFactory#type()}. */
  public void register(ModelFactory factory) {
    factories.register(factory.type(), factory);
  }

  /** Registers a wrapper under its {@link ModelWrapper#type()}. */
  public void register(ModelWrapper wrapper) {
    wrappers.register(wrapper.type(), wrapper);
  }

  /** All model types. */
  public SortedSet<String> types() {
    return factories.names();
  }

  /**
   * Creates a model.
   *
   * @param type the registered name, for example {@code hf}
   * @param name the instance's name, for example {@code actor}
   * @param device where it is to run
   * @param arguments for the factory
   * @throws dev.tenon.error.UnknownNameException for a type that is not registered
   * @throws dev.tenon.error.InvalidInputException for unknown, missing or mistyped arguments, all
   *     of them in one message
   */
  public Model create(String type, String name, Device device, Arguments arguments) {
    ModelFactory factory = factories.get(type);
    factory.schema().check("model type " + type, arguments);
    return factory.create(name, device, arguments);
  }

  /** Creates a model from its configuration form, wrappers in order. */
  public Model create(ModelConfig config, String name, Device device) {
    Model model = create(config.type(), name, device, config.args());
    for (ModelConfig.Wrapper each : config.wrappers()) {
      ModelWrapper wrapper = wrappers.get(each.type());
      wrapper.schema().check("model wrapper " + each.type(), each.args());
      model = wrapper.wrap(model, each.args());
    }
    return model;
  }
}
