package dev.tenon.modelinterface.embedding;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.modelinterface.internal.ObjectiveTexts;
import dev.tenon.objective.BatchField;
import dev.tenon.objective.Objective;
import dev.tenon.objective.TextObjective;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.FieldKind;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The losses of sentence-transformers, over the vectors of an item's texts. Those in which items
 * meet are computed once over the whole batch of a step, whatever the micro-batches: the engine
 * runs each micro-batch a second time with its part of the gradient (gradient caching, Gao et al.,
 * 2021; sentence-transformers: {@code Cached…Loss}).
 */
public enum EmbeddingLoss {
  /** {@code CosineSimilarityLoss}: (cos(a, b) − score)², the mean over the pairs. */
  COSINE_SIMILARITY(2, 2, true, false, ""),
  /**
   * {@code CoSENTLoss}: log(1 + Σ exp(scale (cos_i − cos_j))) over all two pairs i, j of the batch
   * with score_i &lt; score_j. Items meet. Scale 20.
   */
  COSENT(2, 2, true, true, "scale"),
  /**
   * {@code MultipleNegativesRankingLoss}: an anchor, its positive and perhaps hard negatives; the
   * cross-entropy of scale · cosine of each anchor with every positive and negative of the batch,
   * its own positive being right. Items meet. Scale 20.
   */
  MULTIPLE_NEGATIVES_RANKING(2, Integer.MAX_VALUE, false, true, "scale"),
  /**
   * {@code TripletLoss}: max(0, |a − p| − |a − n| + margin) of an anchor, a positive and a
   * negative, the mean over the triplets. Margin 5.
   */
  TRIPLET(3, 3, false, false, "margin");

  private final int fewest;
  private final int most;
  private final boolean scored;
  private final boolean coupled;
  private final String setting;

  EmbeddingLoss(int fewest, int most, boolean scored, boolean coupled, String setting) {
    this.fewest = fewest;
    this.most = most;
    this.scored = scored;
    this.coupled = coupled;
    this.setting = setting;
  }

  /** The name in arguments: lower case with hyphens, {@code multiple-negatives-ranking}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The loss of a label.
   *
   * @throws InvalidInputException for an unknown one, listing all
   */
  public static EmbeddingLoss of(String label) {
    return Stream.of(values())
        .filter(x -> x.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    Problems.problem(
                        "loss",
                        label,
                        "one of " + Stream.of(values()).map(EmbeddingLoss::label).toList())));
  }

  /** Whether items carry a score: {@code class_labels} (F32, item). */
  public boolean scored() {
    return scored;
  }

  /** The one hyper-parameter's name, {@code scale} or {@code margin}; empty without one. */
  String setting() {
    return setting;
  }

  /** Its value in sentence-transformers. */
  double usual() {
    return this == TRIPLET ? 5 : 20;
  }

  TextObjective objective(double value) {
    String text =
        ObjectiveTexts.read(EmbeddingLoss.class, "vectors")
            + ObjectiveTexts.read(EmbeddingLoss.class, label());
    TextObjective objective =
        Objective.of(
                label(),
                OutputRequest.of(Output.POOLED),
                scored
                    ? List.of(new BatchField("class_labels", FieldKind.ITEM, DType.F32))
                    : List.of(),
                text)
            .withHyperParameters(setting.isEmpty() ? Map.of() : Map.of(setting, value));
    return coupled ? objective.asCoupled() : objective;
  }

  /** Refuses items that have too few or too many texts, or different numbers of them. */
  void check(List<Integer> textsPerItem) {
    long kinds = textsPerItem.stream().distinct().count();
    int texts = textsPerItem.isEmpty() ? 0 : textsPerItem.get(0);
    if (kinds != 1 || texts < fewest || texts > most) {
      String wanted = fewest == most ? String.valueOf(fewest) : fewest + " or more, all alike";
      throw new InvalidInputException(
          Problems.problem(
              "texts per item of " + label(), textsPerItem.stream().distinct().toList(), wanted));
    }
  }
}
