package dev.tenon.modelinterface;

import dev.tenon.spec.ArgumentSchema;
import dev.tenon.spec.Arguments;
import java.util.function.Function;

/**
 * Creates interfaces of one registered type. Found by {@link java.util.ServiceLoader} or registered
 * by the application. Implementations are safe for threads.
 */
public interface ModelInterfaceFactory {
  /** The registered name: short lower-case ASCII, for example {@code sft}. */
  String type();

  /** The arguments it takes. */
  ArgumentSchema schema();

  /**
   * Creates an interface.
   *
   * @param arguments already checked against {@link #schema()}
   */
  ModelInterface create(Arguments arguments);

  /** A factory from its parts. */
  static ModelInterfaceFactory of(
      String type, ArgumentSchema schema, Function<Arguments, ModelInterface> creator) {
    return new ModelInterfaceFactory() {
      @Override
      public String type() {
        return type;
      }

      @Override
      public ArgumentSchema schema() {
        return schema;
      }

      @Override
      public ModelInterface create(Arguments arguments) {
        return creator.apply(arguments);
      }
    };
  }
}
