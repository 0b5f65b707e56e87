package dev.tenon.modelinterface.text;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Head;
import dev.tenon.model.Model;
import dev.tenon.model.Network;
import dev.tenon.model.Output;
import dev.tenon.modelinterface.data.TextEncoder;
import dev.tenon.modelinterface.data.TokenSequence;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.InferenceSpec;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Two texts in, one score out: the cosine of their vectors where the model embeds (a bi-encoder),
 * the logit of the pair where it classifies with one class (a cross-encoder; sentence-transformers'
 * {@code CrossEncoder} with the activation {@code Identity}). Texts that are too long are cut. Any
 * thread may call it; concurrent calls take turns on the engine. Closing waits for the calls in
 * progress; later ones throw {@link dev.tenon.error.EngineClosedException}.
 */
public final class PairScorer implements AutoCloseable {
  private final SharedModel model;
  private final TextEncoder encoder;

  private PairScorer(SharedModel model) {
    this.model = model;
    this.encoder = TextEncoder.of(model.model()).withTruncation(true);
  }

  /** Opens a directory as {@link InferenceSpec#defaults()} asks. */
  public static PairScorer open(Path checkpoint) {
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
  public static PairScorer open(Path checkpoint, InferenceSpec spec) {
    Arguments arguments = Arguments.of("path", checkpoint);
    return open(SharedModel.create("scorer", arguments), spec);
  }

  /**
   * Uses a model. One whose module is a network is loaded by the backend {@code pytorch}, and
   * closing the scorer releases it; one that runs already stays open, and is the caller's to close.
   */
  public static PairScorer open(Model model) {
    return open(model, InferenceSpec.defaults());
  }

  private static PairScorer open(Model model, InferenceSpec spec) {
    check(model);
    return new PairScorer(SharedModel.of(model, spec));
  }

  private static void check(Model model) {
    Network network = model.network();
    int classes = network.classificationHead().map(x -> x.labels().size()).orElse(0);
    boolean crosses = network.head() == Head.SEQUENCE_CLASSIFICATION && classes == 1;
    if (!crosses && network.head() != Head.POOLED_EMBEDDING) {
      throw new InvalidInputException(
          Problems.problem(
              "head",
              network.head().label() + (classes > 0 ? " of " + classes + " classes" : ""),
              "pooled-embedding, or sequence-classification of one class"));
    }
  }

  /**
   * The score of two texts.
   *
   * @throws InvalidInputException if a text has no token
   */
  public double score(String first, String second) {
    return score(List.of(new TextPair(first, second))).get(0);
  }

  /** The scores of pairs, in their order; a text that occurs in several is embedded once. */
  public List<Double> score(List<TextPair> pairs) {
    return model.call(
        () ->
            model.model().network().head() == Head.POOLED_EMBEDDING
                ? cosines(pairs)
                : logits(pairs));
  }

  private List<Double> cosines(List<TextPair> pairs) {
    LinkedHashSet<String> distinct = new LinkedHashSet<>();
    pairs.forEach(pair -> distinct.addAll(List.of(pair.first(), pair.second())));
    List<String> texts = List.copyOf(distinct);
    List<Embedding> vectors = TextEmbedder.embed(model, encoder, LengthBatches.USUAL_TOKENS, texts);
    Map<String, Embedding> byText = new HashMap<>();
    IntStream.range(0, texts.size()).forEach(i -> byText.put(texts.get(i), vectors.get(i)));
    return pairs.stream()
        .map(x -> vector(byText, x.first()).cosine(vector(byText, x.second())))
        .toList();
  }

  private static Embedding vector(Map<String, Embedding> byText, String text) {
    return Objects.requireNonNull(byText.get(text), text);
  }

  private List<Double> logits(List<TextPair> pairs) {
    List<TokenSequence> sequences =
        pairs.stream().map(x -> encoder.encodePair(x.first(), x.second())).toList();
    LengthBatches batches =
        new LengthBatches(model, Output.CLASS_LOGITS, LengthBatches.USUAL_TOKENS);
    return Arrays.stream(batches.rows(sequences, true)).map(row -> (double) row[0]).toList();
  }

  /** Releases the model if this scorer loaded it. Idempotent. */
  @Override
  public void close() {
    model.close();
  }

  @Override
  public String toString() {
    return "PairScorer(" + model + ")";
  }
}
