package dev.tenon.modelinterface;

import dev.tenon.model.Registry;
import dev.tenon.spec.Arguments;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.SortedSet;

/** Creates interfaces by registered name. An instance belongs to the application. Thread-safe. */
public final class ModelInterfaceRegistry {
  private final Registry<ModelInterfaceFactory> factories = new Registry<>("interface", Map.of());

  /** A registry with the factories that {@link ServiceLoader} finds on the class path. */
  public static ModelInterfaceRegistry fromServiceLoader() {
    ModelInterfaceRegistry registry = new ModelInterfaceRegistry();
    ServiceLoader.load(ModelInterfaceFactory.class).forEach(registry::register);
    return registry;
  }

  /**
   * Registers a factory under its {@link ModelInterfaceFactory#type()}.
   *
   * @throws dev.tenon.error.InvalidInputException if the name is malformed or taken
   */
  public void register(ModelInterfaceFactory factory) {
    factories.register(factory.type(), factory);
  }

  /** All interface types. */
  public SortedSet<String> types() {
    return factories.names();
  }

  /**
   * Creates an interface.
   *
   * @param type the registered name, for example {@code sft}
   * @param arguments for the factory
   * @throws dev.tenon.error.UnknownNameException for a type that is not registered
   * @throws dev.tenon.error.InvalidInputException for unknown, missing or mistyped arguments, all
   *     of them in one message
   */
  public ModelInterface create(String type, Arguments arguments) {
    ModelInterfaceFactory factory = factories.get(type);
    factory.schema().check("interface " + type, arguments);
    return factory.create(arguments);
  }
}
