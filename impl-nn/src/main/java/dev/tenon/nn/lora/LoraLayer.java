package dev.tenon.nn.lora;

import dev.tenon.model.Parameter;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Shape;
import java.util.List;
import java.util.Set;

/**
 * A linear layer that gets an adapter.
 *
 * @param weight its weight, [out, in], or [in, out] if transposed
 * @param transposed whether it is transformers' Conv1D
 */
record LoraLayer(Parameter weight, boolean transposed) {
  private static final String WEIGHT = ".weight";
  static final String A = ".lora_A.weight";
  static final String B = ".lora_B.weight";

  /** The module's HuggingFace name: the weight's without {@code .weight}. */
  String module() {
    return withoutSuffix(weight.name());
  }

  /** The name under which the program's text calls it. */
  String key() {
    return withoutSuffix(weight.key());
  }

  static String withoutSuffix(String name) {
    return name.endsWith(WEIGHT) ? name.substring(0, name.length() - WEIGHT.length()) : name;
  }

  long in() {
    return weight.shape().dim(transposed ? 0 : 1);
  }

  long out() {
    return weight.shape().dim(transposed ? 1 : 0);
  }

  /** A [r, in] and B [out, r]. */
  List<Parameter> parameters(int rank) {
    return List.of(parameter(A, Shape.of(rank, in())), parameter(B, Shape.of(out(), rank)));
  }

  private Parameter parameter(String suffix, Shape shape) {
    return new Parameter(
        module() + suffix,
        key() + suffix,
        DType.F32,
        shape,
        weight.stage(),
        weight.layer(),
        Set.of(),
        true);
  }
}
