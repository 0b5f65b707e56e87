package dev.tenon.model;

import dev.tenon.spec.ArgumentSchema;
import dev.tenon.spec.Arguments;
import dev.tenon.tensor.Device;

/**
 * Creates models of one registered type. Found by {@link java.util.ServiceLoader} or registered by
 * the application. Implementations are safe for threads.
 */
public interface ModelFactory {
  /** The registered name: short lower-case ASCII, for example {@code hf}. */
  String type();

  /** The arguments it takes. */
  ArgumentSchema schema();

  /**
   * Creates a model whose module is a {@link Network}.
   *
   * @param name the instance's name
   * @param device where it is to run
   * @param arguments already checked against {@link #schema()}
   */
  Model create(String name, Device device, Arguments arguments);

  /** A factory from its parts. */
  static ModelFactory of(String type, ArgumentSchema schema, Creator creator) {
    return new ModelFactory() {
      @Override
      public String type() {
        return type;
      }

      @Override
      public ArgumentSchema schema() {
        return schema;
      }

      @Override
      public Model create(String name, Device device, Arguments arguments) {
        return creator.create(name, device, arguments);
      }
    };
  }

  /** The creating function of {@link #of}. */
  @FunctionalInterface
  interface Creator {
    /** See {@link ModelFactory#create}. */
    Model create(String name, Device device, Arguments arguments);
  }
}
