package dev.tenon.modelinterface.text;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Head;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.modelinterface.classification.ScoreFunction;
import dev.tenon.modelinterface.data.TextEncoder;
import dev.tenon.modelinterface.data.TokenSequence;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.ClassificationHead;
import dev.tenon.spec.InferenceSpec;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Texts or pairs of texts in, classes out, with the labels and scores of transformers' pipeline
 * {@code text-classification}. Any thread may call it; concurrent calls take turns on the engine.
 * Closing waits for the calls in progress; later ones throw {@link
 * dev.tenon.error.EngineClosedException}.
 */
public final class TextClassifier implements AutoCloseable {
  private final SharedModel model;
  private final ClassificationHead classes;
  private final TextEncoder encoder;
  private final ScoreFunction function;

  private TextClassifier(SharedModel model, TextEncoder encoder, ScoreFunction function) {
    this.model = model;
    this.classes = classes(model.model());
    this.encoder = encoder;
    this.function = function;
  }

  /** Opens a directory as {@link InferenceSpec#defaults()} asks. */
  public static TextClassifier open(Path checkpoint) {
    return open(checkpoint, InferenceSpec.defaults());
  }

  /**
   * Opens a checkpoint directory on the CPU, with the model type {@code hf} and the backend {@code
   * pytorch} of the class path.
   *
   * @param spec precision, threads
   * @throws dev.tenon.error.UnknownNameException naming the artifact to add, if one is missing
   * @throws dev.tenon.error.CheckpointException if the directory cannot be read
   * @throws dev.tenon.error.UnsupportedFeatureException for a precision that cannot run here
   */
  public static TextClassifier open(Path checkpoint, InferenceSpec spec) {
    Arguments arguments = Arguments.of("path", checkpoint);
    return open(SharedModel.create("classifier", arguments), spec);
  }

  /**
   * Uses a model. One whose module is a network is loaded by the backend {@code pytorch}, and
   * closing the classifier releases it; one that runs already stays open, and is the caller's to
   * close.
   */
  public static TextClassifier open(Model model) {
    return open(model, InferenceSpec.defaults());
  }

  private static TextClassifier open(Model model, InferenceSpec spec) {
    ScoreFunction function = ScoreFunction.of(classes(model));
    return new TextClassifier(SharedModel.of(model, spec), TextEncoder.of(model), function);
  }

  private static ClassificationHead classes(Model model) {
    Head head = model.network().head();
    return model
        .network()
        .classificationHead()
        .filter(x -> head == Head.SEQUENCE_CLASSIFICATION)
        .orElseThrow(
            () ->
                new InvalidInputException(
                    Problems.problem("head", head.label(), Head.SEQUENCE_CLASSIFICATION.label())));
  }

  /**
   * The same model, cutting texts that are longer than it can read (the pipeline's {@code
   * truncation=True}); by default they are an error. Whichever is closed closes both.
   */
  public TextClassifier withTruncation() {
    return new TextClassifier(model, encoder.withTruncation(true), function);
  }

  /**
   * The same model with other scores (the pipeline's {@code function_to_apply}); by default the
   * model's problem type decides. Whichever is closed closes both.
   */
  public TextClassifier withScores(ScoreFunction scores) {
    return new TextClassifier(model, encoder, scores);
  }

  /** The names of the classes, {@code id2label}. */
  public List<String> labels() {
    return classes.labels();
  }

  /**
   * Classifies a text.
   *
   * @throws InvalidInputException if it has no token, or more than the model can read
   */
  public Classification classify(String text) {
    return classify(List.of(text)).get(0);
  }

  /** Classifies a pair of texts that is one input. See {@link #classify(String)}. */
  public Classification classify(TextPair pair) {
    return classifyPairs(List.of(pair)).get(0);
  }

  /** Classifies texts; the answers are in their order. See {@link #classify(String)}. */
  public List<Classification> classify(List<String> texts) {
    return run(() -> encoder.encodeAll(texts), false);
  }

  /** Classifies pairs; the answers are in their order. See {@link #classify(String)}. */
  public List<Classification> classifyPairs(List<TextPair> pairs) {
    return run(
        () -> pairs.stream().map(x -> encoder.encodePair(x.first(), x.second())).toList(), true);
  }

  private List<Classification> run(Supplier<List<TokenSequence>> sequences, boolean pairs) {
    LengthBatches batches =
        new LengthBatches(model, Output.CLASS_LOGITS, LengthBatches.USUAL_TOKENS);
    return model.call(
        () ->
            Arrays.stream(batches.rows(sequences.get(), pairs)).map(this::classification).toList());
  }

  private Classification classification(float... logits) {
    double[] wide = new double[logits.length];
    for (int c = 0; c < wide.length; c++) {
      wide[c] = logits[c];
    }
    double[] scores = function.apply(wide);
    return new Classification(
        IntStream.range(0, scores.length)
            .mapToObj(c -> new Classification.LabelScore(classes.labels().get(c), scores[c]))
            .toList());
  }

  /** Releases the model if this classifier loaded it. Idempotent. */
  @Override
  public void close() {
    model.close();
  }

  @Override
  public String toString() {
    return "TextClassifier(" + model + ", " + labels() + ")";
  }
}
