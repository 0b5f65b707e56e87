package dev.tenon.cli.conformance;

import dev.tenon.model.Head;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.modelinterface.embedding.EmbeddingInterface;
import dev.tenon.modelinterface.embedding.EmbeddingLoss;
import dev.tenon.modelinterface.text.Embedding;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.ArrayList;
import java.util.List;

/**
 * The losses of sentence-transformers over vectors [n, H] of each role; in micro-batches of one
 * item and all at once.
 *
 * @param name of the algorithm
 * @param loss ours
 * @param roles the input of each text of an item
 */
record EmbeddingAlgorithm(String name, EmbeddingLoss loss, List<String> roles)
    implements Algorithm {
  /** All of them. */
  static List<Algorithm> all() {
    return List.of(
        new EmbeddingAlgorithm(
            "cosine_similarity_loss", EmbeddingLoss.COSINE_SIMILARITY, List.of("u", "v")),
        new EmbeddingAlgorithm("cosent_loss", EmbeddingLoss.COSENT, List.of("u", "v")),
        new EmbeddingAlgorithm(
            "multiple_negatives_ranking",
            EmbeddingLoss.MULTIPLE_NEGATIVES_RANKING,
            List.of("anchor", "positive", "negative")),
        new EmbeddingAlgorithm(
            "triplet_loss", EmbeddingLoss.TRIPLET, List.of("anchor", "positive", "negative")));
  }

  @Override
  public List<Finding> run(AlgorithmFile file, AlgorithmCase each) {
    boolean fewer = Boolean.FALSE.equals(each.params().values().get("use_negatives"));
    List<String> used = fewer ? roles.subList(0, 2) : roles;
    List<Finding> findings = new ArrayList<>();
    for (int budget : new int[] {1, 1000}) {
      findings.addAll(run(file, each, used, FinetuneSpec.steps(1).microBatchTokens(budget)));
    }
    return findings;
  }

  private List<Finding> run(
      AlgorithmFile file, AlgorithmCase each, List<String> used, FinetuneSpec spec) {
    TensorData table = inTurn(file, used);
    int items = (int) table.shape().dim(0) / used.size();
    NamedArray plain = Tables.singles(items, used.size());
    NamedArray batch = loss.scored() ? plain.with("class_labels", file.input("target")) : plain;
    try (Model model = Tables.start(new TableNetwork(table, Head.POOLED_EMBEDDING), spec)) {
      EmbeddingInterface embedding = embedding(each);
      List<TensorData> gradient = new ArrayList<>();
      Metrics trained =
          model
              .trainEngine()
              .gradients(batch, embedding.objective(), (name, tensor) -> gradient.add(tensor));
      List<Finding> findings = new ArrayList<>();
      findings.add(each.compare("loss", trained.get("loss")));
      findings.add(each.compare("loss", embedding.evaluate(model, List.of(batch)).get("loss")));
      for (String role : roles) {
        findings.add(each.compare("grad." + role, rows(gradient.get(0), used, role)));
      }
      if (each.expected().values().containsKey("cosine")) {
        findings.add(each.compare("cosine", cosines(model, batch)));
      }
      return findings;
    }
  }

  private EmbeddingInterface embedding(AlgorithmCase each) {
    EmbeddingInterface plain = new EmbeddingInterface(loss);
    if (each.params().has("scale")) {
      return plain.withScale(each.params().number("scale"));
    }
    return each.params().has("margin") ? plain.withMargin(each.params().number("margin")) : plain;
  }

  private static TensorData inTurn(AlgorithmFile file, List<String> roles) {
    int width = (int) file.input(roles.get(0)).shape().dim(1);
    int rows = (int) file.input(roles.get(0)).shape().dim(0) * roles.size();
    float[] values = new float[rows * width];
    for (int i = 0; i < values.length; i++) {
      int row = i / width;
      TensorData part = file.input(roles.get(row % roles.size()));
      values[i] = part.getFloat((long) row / roles.size() * width + i % width);
    }
    return TensorData.ofFloats(values, rows, width);
  }

  /** The gradient of a role; that of one that was not used is 0. */
  private static double[] rows(TensorData gradient, List<String> used, String role) {
    int width = (int) gradient.shape().dim(1);
    int items = (int) gradient.shape().dim(0) / used.size();
    double[] rows = new double[items * width];
    for (int i = 0; used.contains(role) && i < rows.length; i++) {
      long row = (long) i / width * used.size() + used.indexOf(role);
      rows[i] = gradient.getDouble(row * width + i % width);
    }
    return rows;
  }

  private static double[] cosines(Model model, NamedArray pairs) {
    NamedArray found = model.engine().forward(pairs, Output.POOLED);
    double[] cosines = new double[pairs.items().count()];
    for (int i = 0; i < cosines.length; i++) {
      TensorData pooled = found.item(i).get("pooled"); // [2, H]
      cosines[i] = row(pooled, 0).cosine(row(pooled, 1));
    }
    return cosines;
  }

  private static Embedding row(TensorData pooled, int row) {
    int width = (int) pooled.shape().dim(1);
    float[] values = new float[width];
    for (int i = 0; i < width; i++) {
      values[i] = pooled.getFloat((long) row * width + i);
    }
    return new Embedding(TensorData.ofFloats(values, width));
  }
}
