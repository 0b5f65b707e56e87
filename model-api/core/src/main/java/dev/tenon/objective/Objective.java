package dev.tenon.objective;

import dev.tenon.model.OutputRequest;
import java.util.List;

/**
 * What is optimised: a function from the network's outputs and the batch to a summed loss, and the
 * weight to divide it by. The engine divides by the weight of the <em>whole</em> batch, so
 * micro-batches change nothing but rounding.
 *
 * <p>A {@link TextObjective} runs in every runtime; a {@link JavaObjective} is plain Java and costs
 * one more forward pass. Immutable and safe for threads.
 */
public sealed interface Objective permits TextObjective, JavaObjective {
  /** For messages and records. */
  String name();

  /** What the engine must compute. */
  OutputRequest outputs();

  /** An objective as text, without hyper-parameters. */
  static TextObjective of(
      String name, OutputRequest outputs, List<BatchField> fields, String text) {
    return TextObjective.of(name, outputs, fields, text);
  }

  /** An objective in plain Java. */
  static JavaObjective java(String name, OutputRequest outputs, LossFunction function) {
    return new JavaObjective(name, outputs, function);
  }
}
