package dev.tenon.modelinterface.classification;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.modelinterface.ModelInterface;
import dev.tenon.modelinterface.ModelInterfaceFactory;
import dev.tenon.objective.Objective;
import dev.tenon.spec.ArgumentSchema;
import dev.tenon.spec.Arguments;
import dev.tenon.tensor.FieldKind;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Learns to classify texts or pairs of texts with a model whose head is a sequence classification
 * (output {@code class_logits} [S, C]). What is learned is the model's {@link ProblemType}; the
 * losses are those of transformers' {@code ForSequenceClassificationLoss} with {@code
 * torch.nn.CrossEntropyLoss}'s label smoothing and class weights.
 *
 * <p>A batch holds {@code input_ids} (I64, token), for pairs in one sequence {@code token_type_ids}
 * (I64, token), and {@code class_labels} as {@link ProblemType} tells; {@link
 * dev.tenon.modelinterface.data.LabelledText} reads such batches.
 *
 * <p>Immutable and stateless: one instance serves any number of models and threads.
 */
public final class ClassificationInterface implements ModelInterface {
  private static final String CLASS_LOGITS = Output.CLASS_LOGITS.field();

  private final Optional<ProblemType> problem;
  private final double labelSmoothing;
  private final List<Double> classWeights;

  /** The model's own problem, without smoothing and weights. */
  public ClassificationInterface() {
    this(Optional.empty(), 0, List.of());
  }

  private ClassificationInterface(
      Optional<ProblemType> problem, double labelSmoothing, List<Double> classWeights) {
    this.problem = problem;
    this.labelSmoothing = labelSmoothing;
    this.classWeights = List.copyOf(classWeights);
    Problems problems = new Problems();
    problems.check(
        labelSmoothing >= 0 && labelSmoothing <= 1, "label_smoothing", labelSmoothing, "0 to 1");
    problems.check(
        classWeights.stream().allMatch(x -> x >= 0 && x < Double.POSITIVE_INFINITY),
        "class_weights",
        classWeights,
        "finite, >= 0");
    problems.throwIfAny(InvalidInputException::new);
  }

  /** The same for models whose configuration does not state the problem, or states another one. */
  public ClassificationInterface withProblemType(ProblemType type) {
    return new ClassificationInterface(Optional.of(type), labelSmoothing, classWeights);
  }

  /**
   * The same with a share of every single label spread evenly over all classes.
   *
   * @param share 0 (the default) to 1
   */
  public ClassificationInterface withLabelSmoothing(double share) {
    return new ClassificationInterface(problem, share, classWeights);
  }

  /**
   * The same with weights of the classes of a single label; the loss is divided by the summed
   * weights of the labels.
   *
   * @param weights one per class; none (the default): 1 for each
   */
  public ClassificationInterface withClassWeights(List<Double> weights) {
    return new ClassificationInterface(problem, labelSmoothing, weights);
  }

  /**
   * What is minimised on a model: reads {@code class_labels} and the {@code class_logits}.
   *
   * @throws InvalidInputException for a model that does not classify, or weights that do not fit
   */
  public Objective objective(Model model) {
    return objective(classes(model));
  }

  private Objective objective(Classes classes) {
    Map<String, Double> hyperParameters = new LinkedHashMap<>();
    hyperParameters.put("label_smoothing", labelSmoothing);
    for (int c = 0; c < classWeights.size(); c++) {
      hyperParameters.put("class_weight_" + c, classWeights.get(c));
    }
    return ClassificationObjectives.of(classes.problem(), hyperParameters);
  }

  private Classes classes(Model model) {
    Classes classes = Classes.of(model, problem);
    Problems problems = new Problems();
    problems.check(
        classWeights.isEmpty() || classWeights.size() == classes.count(),
        "class_weights",
        classWeights.size() + " weights",
        classes.count() + ", one per class");
    problems.check(
        classes.problem() == ProblemType.SINGLE_LABEL_CLASSIFICATION
            || (classWeights.isEmpty() && labelSmoothing == 0),
        "label_smoothing and class_weights",
        classes.problem().label(),
        "single_label_classification");
    problems.throwIfAny(InvalidInputException::new);
    return classes;
  }

  /** Writes the model in its own format, for HuggingFace models a HuggingFace directory. */
  @Override
  public void save(Model model, Path directory) {
    model.engine().save(directory);
  }

  /**
   * One optimizer step.
   *
   * @return {@code loss}; {@code accuracy}, the share of texts all of whose labels were right,
   *     which a regression does not have; {@code examples}, the texts with a label; {@code tokens};
   *     then the engine's {@code grad_norm}, {@code learning_rate} and others
   * @throws InvalidInputException also for a label that is no class of the model
   */
  @Override
  public Metrics trainStep(Model model, NamedArray batch) {
    Classes classes = classes(model);
    double examples = classes.check(batch);
    if (examples == 0) {
      throw none("to learn");
    }
    Metrics engine = model.trainEngine().trainBatch(batch, objective(classes));
    Map<String, Double> result = new LinkedHashMap<>();
    result.put("loss", engine.get("loss"));
    engine.find("correct").ifPresent(x -> result.put("accuracy", x / examples));
    result.put("examples", examples);
    result.put("tokens", (double) batch.items().tokens());
    engine.asMap().forEach(result::putIfAbsent);
    result.remove("weight");
    result.remove("correct");
    return Metrics.of(result);
  }

  /**
   * Loss and quality over all batches; the network runs twice, once for the loss. Texts without a
   * label do not count.
   *
   * @return {@code loss}; {@code accuracy} and {@code macro_f1} as scikit-learn has them (several
   *     labels: subset accuracy, decided at a probability of 0.5), of a regression with one class
   *     {@code pearson} and {@code spearman} instead; {@code examples} and {@code tokens}
   * @throws InvalidInputException if there is no label in any batch
   */
  @Override
  public Metrics evaluate(Model model, Iterable<NamedArray> batches) {
    Classes classes = classes(model);
    Objective objective = objective(classes);
    ClassificationReport report = new ClassificationReport(classes);
    double sum = 0;
    double weight = 0;
    long tokens = 0;
    for (NamedArray batch : batches) {
      tokens += batch.items().tokens();
      if (classes.check(batch) > 0) {
        Metrics part = model.engine().evalBatch(batch, objective);
        sum += part.get("loss") * part.get("weight");
        weight += part.get("weight");
        NamedArray outputs = model.engine().forward(batch, Output.CLASS_LOGITS);
        report.add(outputs.get(CLASS_LOGITS), batch.get("class_labels"));
      }
    }
    if (report.examples() == 0) {
      throw none("to evaluate");
    }
    Map<String, Double> result = new LinkedHashMap<>();
    result.put("loss", sum / weight);
    result.putAll(report.metrics());
    result.put("tokens", (double) tokens);
    return Metrics.of(result);
  }

  private static InvalidInputException none(String what) {
    return new InvalidInputException(Problems.problem("labels " + what, 0, "at least one"));
  }

  /**
   * The classes of texts.
   *
   * @param batch {@code input_ids}, and {@code token_type_ids} for pairs in one sequence
   * @return the batch's items with {@code class_logits} (F32 [S, C]) and {@code class_scores} (F32
   *     [S, C]), what {@link ScoreFunction#of} makes of them
   */
  @Override
  public NamedArray inference(Model model, NamedArray batch) {
    Classes classes = Classes.of(model, problem);
    NamedArray outputs = model.engine().forward(batch, Output.CLASS_LOGITS);
    TensorData logits = outputs.get(CLASS_LOGITS);
    return outputs.with("class_scores", FieldKind.SEQUENCE, classes.scores(logits));
  }

  /** The settings. */
  @Override
  public String toString() {
    return "ClassificationInterface(problem_type="
        + problem.map(ProblemType::label).orElse("the model's")
        + ", label_smoothing="
        + labelSmoothing
        + ", class_weights="
        + classWeights
        + ")";
  }

  /**
   * Registers {@code classification}, with the optional arguments {@code problem_type}, {@code
   * label_smoothing} and {@code class_weights}.
   */
  public static final class Factory implements ModelInterfaceFactory {
    /** For {@link java.util.ServiceLoader}. */
    public Factory() {}

    @Override
    public String type() {
      return "classification";
    }

    @Override
    public ArgumentSchema schema() {
      return ArgumentSchema.none()
          .optional("problem_type", String.class, "problemType")
          .optional("label_smoothing", Double.class, "label_smoothing_factor", "labelSmoothing")
          .optional("class_weights", List.class, "class_weight", "weight", "classWeights");
    }

    @Override
    public ModelInterface create(Arguments arguments) {
      return new ClassificationInterface(
          arguments.find("problem_type", String.class).map(ProblemType::of),
          arguments.find("label_smoothing", Double.class).orElse(0.0),
          weights(arguments.find("class_weights", List.class).orElse(List.of())));
    }

    private static List<Double> weights(List<?> values) {
      List<Double> weights = new ArrayList<>();
      for (Object value : values) {
        if (!(value instanceof Number number)) {
          throw new InvalidInputException(
              Problems.problem("argument class_weights", value, "numbers"));
        }
        weights.add(number.doubleValue());
      }
      return weights;
    }
  }
}
