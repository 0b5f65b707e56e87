package dev.tenon.model;

import dev.tenon.spec.ArgumentSchema;
import dev.tenon.spec.Arguments;

/**
 * Changes a freshly created model, for example by adding adapters. Implementations are safe for
 * threads.
 */
public interface ModelWrapper {
  /** The registered name: short lower-case ASCII, for example {@code lora}. */
  String type();

  /** The arguments it takes. */
  ArgumentSchema schema();

  /** The wrapped model. {@code arguments} are already checked against {@link #schema()}. */
  Model wrap(Model model, Arguments arguments);
}
