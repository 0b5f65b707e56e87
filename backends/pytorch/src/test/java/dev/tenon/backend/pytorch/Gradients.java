package dev.tenon.backend.pytorch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.model.Model;
import dev.tenon.objective.Objective;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.Map;
import java.util.TreeMap;

/** Gradients and weights of an engine by name, and how close two of them are. */
public final class Gradients {
  private Gradients() {}

  /** Of an engine of its own. */
  public static Map<String, TensorData> of(
      Model network, FinetuneSpec spec, NamedArray batch, Objective objective) {
    try (Model model = new PyTorchBackend().initialize(network, spec)) {
      return of(model, batch, objective);
    }
  }

  public static Map<String, TensorData> of(Model model, NamedArray batch, Objective objective) {
    Map<String, TensorData> gradients = new TreeMap<>();
    model.trainEngine().gradients(batch, objective, gradients::put);
    return gradients;
  }

  public static Map<String, TensorData> parameters(Model model) {
    Map<String, TensorData> parameters = new TreeMap<>();
    model.trainEngine().parameters(parameters::put);
    return parameters;
  }

  /**
   * A sum of n f32 terms in another order moves by about sqrt(n) * 2^-24 relative: 2e-5 is
   * generous.
   */
  public static void assertClose(Map<String, TensorData> found, Map<String, TensorData> expected) {
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (name, tensor) -> {
          double norm = norm(tensor);
          if (norm > 1e-6) {
            assertThat(distance(found.get(name), tensor) / norm).as(name).isLessThanOrEqualTo(2e-5);
          }
        });
  }

  private static double norm(TensorData tensor) {
    return distance(tensor, TensorData.zeros(tensor.dtype(), tensor.shape().toArray()));
  }

  /** L2 norm of the difference. */
  public static double distance(TensorData a, TensorData b) {
    double sum = 0;
    for (long i = 0; i < a.size(); i++) {
      sum += Math.pow(a.getDouble(i) - b.getDouble(i), 2);
    }
    return Math.sqrt(sum);
  }
}
