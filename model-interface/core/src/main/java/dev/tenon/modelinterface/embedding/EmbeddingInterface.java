package dev.tenon.modelinterface.embedding;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Head;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.modelinterface.ModelInterface;
import dev.tenon.modelinterface.ModelInterfaceFactory;
import dev.tenon.objective.Objective;
import dev.tenon.spec.ArgumentSchema;
import dev.tenon.spec.Arguments;
import dev.tenon.tensor.NamedArray;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Learns vectors of texts with a model whose head is a pooled embedding, by one of the {@link
 * EmbeddingLoss}es.
 *
 * <p>A batch holds {@code input_ids} (I64, token), an item being two or more texts in the order
 * that the loss tells, each a sequence; and, for a loss with scores, {@code class_labels} (F32,
 * item). {@link dev.tenon.modelinterface.data.RelatedTexts} reads such batches.
 *
 * <p>Immutable and stateless: one instance serves any number of models and threads.
 */
public final class EmbeddingInterface implements ModelInterface {
  private final EmbeddingLoss loss;
  private final double setting;

  /** A loss with the scale or margin of sentence-transformers. */
  public EmbeddingInterface(EmbeddingLoss loss) {
    this(loss, loss.usual());
  }

  private EmbeddingInterface(EmbeddingLoss loss, double setting) {
    this.loss = loss;
    this.setting = setting;
  }

  /**
   * The same with what the loss multiplies cosines with.
   *
   * @param scale &gt; 0; the default is 20
   * @throws InvalidInputException if the loss has none
   */
  public EmbeddingInterface withScale(double scale) {
    return with("scale", scale);
  }

  /**
   * The same with another margin of a triplet.
   *
   * @param margin &gt; 0; the default is 5
   * @throws InvalidInputException if the loss has none
   */
  public EmbeddingInterface withMargin(double margin) {
    return with("margin", margin);
  }

  private EmbeddingInterface with(String name, double value) {
    Problems problems = new Problems();
    problems.check(
        name.equals(loss.setting()),
        name + " of loss " + loss.label(),
        value,
        loss.setting().isEmpty() ? "no setting" : "the setting " + loss.setting());
    problems.check(value > 0 && value < Double.POSITIVE_INFINITY, name, value, "finite, > 0");
    problems.throwIfAny(InvalidInputException::new);
    return new EmbeddingInterface(loss, value);
  }

  /** What is minimised: reads {@code pooled} and, if scored, {@code class_labels}. */
  public Objective objective() {
    return loss.objective(setting);
  }

  private void check(Model model, NamedArray batch) {
    checkHead(model);
    loss.check(batch.items().sequencesPerItem());
  }

  private static void checkHead(Model model) {
    Head head = model.network().head();
    if (head != Head.POOLED_EMBEDDING) {
      throw new InvalidInputException(
          Problems.problem("head of model " + model.name(), head.label(), "pooled-embedding"));
    }
  }

  /** Writes the model in its own format, for sentence-transformers models such a directory. */
  @Override
  public void save(Model model, Path directory) {
    model.engine().save(directory);
  }

  /**
   * One optimizer step.
   *
   * @return {@code loss}; {@code cosine}, the mean over the pairs of a loss with scores, or {@code
   *     accuracy}, the share of anchors nearest to their own positive; {@code items} and {@code
   *     tokens}; then the engine's {@code grad_norm}, {@code learning_rate} and others
   * @throws InvalidInputException also for items that are not what the loss takes
   */
  @Override
  public Metrics trainStep(Model model, NamedArray batch) {
    check(model, batch);
    Metrics engine = model.trainEngine().trainBatch(batch, objective());
    double items = batch.items().count();
    Map<String, Double> result = new LinkedHashMap<>();
    result.put("loss", engine.get("loss"));
    engine.find("cosine").ifPresent(x -> result.put("cosine", x / items));
    engine.find("correct").ifPresent(x -> result.put("accuracy", x / items));
    result.put("items", items);
    result.put("tokens", (double) batch.items().tokens());
    engine.asMap().forEach((name, value) -> putOther(result, name, value));
    return Metrics.of(result);
  }

  private static void putOther(Map<String, Double> result, String name, double value) {
    if (!name.equals("weight") && !name.equals("correct")) {
      result.putIfAbsent(name, value);
    }
  }

  /**
   * Loss and quality over all batches; the network runs twice, once for the loss. A loss in which
   * items meet is the mean over batches by their items, so it depends on how they are cut.
   *
   * @return {@code loss}; for a loss with scores {@code pearson} and {@code spearman} of the
   *     cosines with the scores (sentence-transformers: {@code EmbeddingSimilarityEvaluator}), else
   *     {@code accuracy}, the share of items whose anchor has a larger cosine with its positive
   *     than with each of its negatives, and without negatives than with each other positive of its
   *     batch; {@code items} and {@code tokens}
   * @throws InvalidInputException if there is no batch
   */
  @Override
  public Metrics evaluate(Model model, Iterable<NamedArray> batches) {
    SimilarityReport report = new SimilarityReport(loss.scored());
    double sum = 0;
    long tokens = 0;
    for (NamedArray batch : batches) {
      check(model, batch);
      double items = batch.items().count();
      sum += model.engine().evalBatch(batch, objective()).get("loss") * items;
      report.add(model.engine().forward(batch, Output.POOLED).get("pooled"), batch);
      tokens += batch.items().tokens();
    }
    if (report.items() == 0) {
      throw new InvalidInputException(Problems.problem("items to evaluate", 0, "at least one"));
    }
    Map<String, Double> result = new LinkedHashMap<>();
    result.put("loss", sum / report.items());
    result.putAll(report.metrics());
    result.put("items", (double) report.items());
    result.put("tokens", (double) tokens);
    return Metrics.of(result);
  }

  /**
   * The vectors of texts.
   *
   * @param batch {@code input_ids}; items of any number of texts
   * @return the batch's items with {@code pooled} (F32 [S, H])
   */
  @Override
  public NamedArray inference(Model model, NamedArray batch) {
    checkHead(model);
    return model.engine().forward(batch, Output.POOLED);
  }

  /** Loss and setting. */
  @Override
  public String toString() {
    String value = loss.setting().isEmpty() ? "" : ", " + loss.setting() + "=" + setting;
    return "EmbeddingInterface(loss=" + loss.label() + value + ")";
  }

  /**
   * Registers {@code embedding}, with the argument {@code loss} and, where the loss has one, {@code
   * scale} or {@code margin}.
   */
  public static final class Factory implements ModelInterfaceFactory {
    /** For {@link java.util.ServiceLoader}. */
    public Factory() {}

    @Override
    public String type() {
      return "embedding";
    }

    @Override
    public ArgumentSchema schema() {
      return ArgumentSchema.none()
          .required("loss", String.class)
          .optional("scale", Double.class, "temperature")
          .optional("margin", Double.class, "triplet_margin");
    }

    @Override
    public ModelInterface create(Arguments arguments) {
      EmbeddingInterface created =
          new EmbeddingInterface(EmbeddingLoss.of(arguments.get("loss", String.class)));
      for (String setting : new String[] {"scale", "margin"}) {
        OptionalDouble value =
            arguments.find(setting, Double.class).stream().mapToDouble(x -> x).findFirst();
        created = value.isPresent() ? created.with(setting, value.getAsDouble()) : created;
      }
      return created;
    }
  }
}
