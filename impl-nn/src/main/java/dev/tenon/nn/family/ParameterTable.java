package dev.tenon.nn.family;

import dev.tenon.model.Parameter;
import dev.tenon.model.Parameter.Stage;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Collects a family's parameters in the order of their first use. Outside blocks a parameter's key
 * is its name; in blocks it is the name less {@code <layers>N.}. Not for threads.
 */
public final class ParameterTable {
  private final String layers;
  private final List<Parameter> parameters = new ArrayList<>();

  /**
   * An empty table.
   *
   * @param layers what names in blocks begin with, before the layer's number: {@code model.layers.}
   */
  public ParameterTable(String layers) {
    this.layers = layers;
  }

  /**
   * Adds an embedding, which does not decay.
   *
   * @param alsoHead whether the head reads the same weight
   */
  public void embedding(String name, Shape shape, boolean alsoHead) {
    Set<Stage> alsoUsedBy = alsoHead ? Set.of(Stage.HEAD) : Set.of();
    parameters.add(new Parameter(name, name, DType.F32, shape, Stage.EMBED, 0, alsoUsedBy, false));
  }

  /**
   * Adds a parameter of a block.
   *
   * @param decay whether weight decay applies by default: false for norms and biases
   */
  public void block(int layer, String key, Shape shape, boolean decay) {
    String name = layers + layer + "." + key;
    parameters.add(new Parameter(name, key, DType.F32, shape, Stage.BLOCK, layer, Set.of(), decay));
  }

  /** Adds a parameter of the head; the norm before it is one. */
  public void head(String name, Shape shape, boolean decay) {
    parameters.add(new Parameter(name, name, DType.F32, shape, Stage.HEAD, 0, Set.of(), decay));
  }

  /** The parameters so far. */
  public List<Parameter> parameters() {
    return List.copyOf(parameters);
  }
}
