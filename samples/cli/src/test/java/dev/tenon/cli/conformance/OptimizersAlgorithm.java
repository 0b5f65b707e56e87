package dev.tenon.cli.conformance;

import dev.tenon.model.Model;
import dev.tenon.model.TrainEngine;
import dev.tenon.spec.AdamW;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Schedule;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.TensorData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * {@code optimizers}: AdamW steps with given gradients; weights after each, and norms where
 * gradients are clipped.
 */
record OptimizersAlgorithm() implements Algorithm {
  @Override
  public String name() {
    return "optimizers";
  }

  @Override
  public Optional<String> whyNot(AlgorithmCase each) {
    String kind = each.params().text("kind");
    return kind.equals("adamw")
        ? Optional.empty()
        : Optional.of("optimizer " + kind + " has no code yet");
  }

  @Override
  public List<Finding> run(AlgorithmFile file, AlgorithmCase each) {
    TensorData gradients = file.input("g");
    List<Double> weights = new ArrayList<>();
    List<Double> norms = new ArrayList<>();
    try (Model model =
        Tables.start(TableNetwork.of(file.input("p")), spec(each, gradients.shape().dim(0)))) {
      TrainEngine engine = model.trainEngine();
      for (long step = 0; step < gradients.shape().dim(0); step++) {
        norms.add(
            engine
                .trainBatch(GivenGradient.batch(row(gradients, step)), GivenGradient.OBJECTIVE)
                .get("grad_norm"));
        Arrays.stream(Tables.values(engine)).forEach(weights::add);
      }
    }
    List<Finding> findings = new ArrayList<>();
    findings.add(each.compare("params", array(weights)));
    if (each.expected().has("norms")) {
      findings.add(each.compare("norms", array(norms)));
    }
    return findings;
  }

  private static FinetuneSpec spec(AlgorithmCase each, long steps) {
    return FinetuneSpec.steps(steps)
        .learningRate(each.params().number("lr"))
        .schedule(Schedule.constant(0))
        .optimizer(
            new AdamW(
                each.param("b1", 0.9),
                each.param("b2", 0.95),
                each.param("eps", 1e-8),
                each.params().number("wd")))
        .maxGradNorm(each.param("clip", 0));
  }

  /** Step s of [steps, N, V] as [N, V]. */
  private static TensorData row(TensorData gradients, long step) {
    Shape all = gradients.shape();
    return gradients.slice(step, step + 1).reshape(Shape.of(all.dim(1), all.dim(2)));
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(x -> x).toArray();
  }
}
