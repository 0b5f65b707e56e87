package dev.tenon.model;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Shape;
import java.util.Set;

/**
 * One parameter of a network.
 *
 * @param name the HuggingFace name, for example {@code model.layers.0.self_attn.q_proj.weight}
 * @param key the name under which its stage's text reads it: in blocks the name less the layer
 *     prefix
 * @param dtype the type it is stored in
 * @param shape its shape
 * @param stage the stage that first uses it
 * @param layer the block it belongs to, from 0; 0 outside blocks
 * @param alsoUsedBy later stages that read the same weight, as a tied head does
 * @param decay whether weight decay applies by default: false for norms, biases and embeddings
 */
public record Parameter(
    String name,
    String key,
    DType dtype,
    Shape shape,
    Stage stage,
    int layer,
    Set<Stage> alsoUsedBy,
    boolean decay) {
  /** Copies and checks. */
  public Parameter {
    alsoUsedBy = Set.copyOf(alsoUsedBy);
    if (name.isBlank() || layer < 0 || alsoUsedBy.contains(stage)) {
      throw new InvalidInputException(
          Problems.problem(
              "parameter",
              name + " of " + stage + " " + layer + ", also used by " + alsoUsedBy,
              "a name, a layer >= 0, other stages than its own"));
    }
  }

  /** The parts of a program. */
  public enum Stage {
    /** Token ids to vectors. */
    EMBED,
    /** One layer of the body. */
    BLOCK,
    /** Vectors to outputs. */
    HEAD
  }
}
