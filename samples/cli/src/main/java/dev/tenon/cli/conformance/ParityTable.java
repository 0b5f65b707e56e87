package dev.tenon.cli.conformance;

import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.ModelBackend;
import dev.tenon.nn.HfModels;
import dev.tenon.objective.Objective;
import dev.tenon.spec.AdamW;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * Ten steps of supervised fine-tuning on several backends against ten on one, on the models of
 * oracle folders: the largest differences of losses, norms and weights, one line a run.
 *
 * @param reference the backend to agree with
 * @param backends those that have to, by a name for the line
 */
public record ParityTable(ModelBackend reference, Map<String, ModelBackend> backends) {
  private static final int STEPS = 10;
  private static final List<Integer> MICRO_BATCHES = List.of(1, 2, 4);

  /** The oracle's tolerances are for three steps. */
  private static final double LONGER = STEPS / 3.0;

  /**
   * Runs everything and prints one line a run.
   *
   * @param folders oracle folders of causal language models
   * @return whether every run agrees
   */
  public boolean run(List<Path> folders, PrintWriter out) {
    out.printf(
        "%-24s %-28s %5s %10s %10s %10s %10s%n",
        "model", "backend", "micro", "loss", "norm", "weights", "others");
    boolean good = true;
    for (Path directory : folders) {
      OracleFolder folder = OracleReader.folder(directory);
      Ten expected = ten(reference, folder, directory, 1);
      for (Map.Entry<String, ModelBackend> backend : backends.entrySet()) {
        for (int parts : MICRO_BATCHES) {
          Ten found = ten(backend.getValue(), folder, directory, parts);
          Difference difference = Difference.of(expected, found, folder.numbers().zeroGradients());
          good &= difference.small();
          out.println(difference.line(directory, backend.getKey(), parts));
          out.flush();
        }
      }
    }
    return good;
  }

  private static Ten ten(ModelBackend backend, OracleFolder folder, Path directory, int parts) {
    NamedArray batch = folder.trainingBatch();
    Objective objective = new CausalKind().objective();
    Model network =
        HfModels.registry().create("hf", "model", Device.cpu(), Arguments.of("path", directory));
    Ten ten = new Ten(new ArrayList<>(), new ArrayList<>(), new TreeMap<>(), new TreeMap<>());
    try (Model model = backend.initialize(network, spec(batch, parts))) {
      Metrics unused = model.trainEngine().gradients(batch, objective, ten.gradients::put);
      for (int step = 0; step < STEPS; step++) {
        Metrics metrics = model.trainEngine().trainBatch(batch, objective);
        ten.losses.add(metrics.get("loss"));
        ten.norms.add(metrics.get("grad_norm"));
      }
      model.trainEngine().parameters(ten.weights::put);
    }
    return ten;
  }

  /** The oracle's rule, with a budget of tokens that cuts the batch into so many micro-batches. */
  private static FinetuneSpec spec(NamedArray batch, int parts) {
    int rows = (batch.items().sequences() + parts - 1) / parts;
    int longest = batch.items().lengths().stream().mapToInt(x -> x).max().orElseThrow();
    return FinetuneSpec.steps(STEPS)
        .learningRate(1e-3)
        .optimizer(new AdamW(0.9, 0.95, 1e-8, 0.1))
        .maxGradNorm(1)
        .microBatchTokens(rows * longest);
  }

  /** A run; gradients are those of the first step. */
  private record Ten(
      List<Double> losses,
      List<Double> norms,
      Map<String, TensorData> gradients,
      Map<String, TensorData> weights) {}

  /** Largest differences of two runs; clear: of weights whose first gradient is not near zero. */
  private record Difference(double loss, double norm, double clear, double other) {
    static Difference of(Ten expected, Ten found, Set<String> zeroGradients) {
      double loss = 0;
      double norm = 0;
      for (int step = 0; step < STEPS; step++) {
        loss = Math.max(loss, Math.abs(expected.losses.get(step) - found.losses.get(step)));
        double size = expected.norms.get(step);
        norm = Math.max(norm, Math.abs(size - found.norms.get(step)) / size);
      }
      double[] weights = {0, 0};
      expected.weights.forEach(
          (name, weight) -> {
            if (!zeroGradients.contains(name)) {
              TensorData gradient = Objects.requireNonNull(expected.gradients.get(name), name);
              add(weights, weight, Objects.requireNonNull(found.weights.get(name)), gradient);
            }
          });
      return new Difference(loss, norm, weights[0], weights[1]);
    }

    private static void add(
        double[] weights, TensorData expected, TensorData found, TensorData gradient) {
      for (long i = 0; i < expected.size(); i++) {
        int line = Math.abs(gradient.getDouble(i)) >= Tolerances.ADAMW_CLEAR_GRADIENT ? 0 : 1;
        double error = Math.abs(expected.getDouble(i) - found.getDouble(i));
        weights[line] = Math.max(weights[line], error);
      }
    }

    /** NaN is not small. */
    boolean small() {
      return loss <= Tolerances.LATER_LOSS
          && norm <= Tolerances.GRAD_NORM
          && clear <= LONGER * Tolerances.ADAMW_CLEAR
          && other <= LONGER * Tolerances.ADAMW_OTHER;
    }

    String line(Path directory, String backend, int parts) {
      return String.format(
          Locale.ROOT,
          "%-24s %-28s %5d %10.1e %10.1e %10.1e %10.1e %s",
          directory.getFileName(),
          backend,
          parts,
          loss,
          norm,
          clear,
          other,
          small() ? "ok" : "FAIL");
    }
  }
}
