package dev.tenon.cli.conformance;

import dev.tenon.model.Head;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.modelinterface.classification.ClassificationInterface;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.ArrayList;
import java.util.List;

/** {@code cross_entropy}: class logits [n, C], one sequence per row. */
record CrossEntropyAlgorithm() implements Algorithm {
  @Override
  public String name() {
    return "cross_entropy";
  }

  @Override
  public List<Finding> run(AlgorithmFile file, AlgorithmCase each) {
    ClassificationInterface classification =
        new ClassificationInterface().withLabelSmoothing(each.params().number("smoothing"));
    if (Boolean.TRUE.equals(each.params().values().get("weighted"))) {
      List<Double> weights = new ArrayList<>();
      for (double weight : Tables.doubles(file.input("weights"))) {
        weights.add(weight);
      }
      classification = classification.withClassWeights(weights);
    }
    TensorData labels = file.input("labels");
    NamedArray batch = Tables.singles((int) labels.size(), 1).with("class_labels", labels);
    TableNetwork table = new TableNetwork(file.input("logits"), Head.SEQUENCE_CLASSIFICATION);
    try (Model model = Tables.start(table, FinetuneSpec.steps(1))) {
      List<TensorData> gradient = new ArrayList<>();
      Metrics trained =
          model
              .trainEngine()
              .gradients(
                  batch, classification.objective(model), (name, tensor) -> gradient.add(tensor));
      return List.of(
          each.compare("loss", trained.get("loss")),
          each.compare("loss", classification.evaluate(model, List.of(batch)).get("loss")),
          each.compare("grad.logits", Tables.doubles(gradient.get(0))));
    }
  }
}
