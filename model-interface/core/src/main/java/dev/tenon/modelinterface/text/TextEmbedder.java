package dev.tenon.modelinterface.text;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Head;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.modelinterface.data.TextEncoder;
import dev.tenon.modelinterface.data.TokenSequence;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.InferenceSpec;
import dev.tenon.tensor.TensorData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Texts in, vectors out. Any thread may call it; concurrent calls take turns on the engine. Closing
 * waits for the calls in progress; later ones throw {@link dev.tenon.error.EngineClosedException}.
 *
 * <p>Pooling, normalisation, lower case and the length at which a text is cut are the model's own
 * ({@link dev.tenon.model.EmbeddingHead}), as sentence-transformers has them.
 */
public final class TextEmbedder implements AutoCloseable {
  /** Texts encoded at a time: enough to group by length, few enough to hold. */
  private static final int WINDOW = 4096;

  private final SharedModel model;
  private final TextEncoder encoder;
  private final int batchTokens;

  private TextEmbedder(SharedModel model, int batchTokens) {
    this.model = model;
    this.encoder = TextEncoder.of(model.model());
    this.batchTokens = batchTokens;
  }

  /** Opens a directory as {@link InferenceSpec#defaults()} asks. */
  public static TextEmbedder open(Path checkpoint) {
    return open(checkpoint, InferenceSpec.defaults());
  }

  /**
   * Opens a directory of sentence-transformers, or of an encoder of transformers, on the CPU, with
   * the model type {@code hf} and the backend {@code pytorch} of the class path.
   *
   * @param spec precision, threads
   * @throws dev.tenon.error.UnknownNameException naming the artifact to add, if one is missing
   * @throws dev.tenon.error.CheckpointException if the directory cannot be read
   * @throws dev.tenon.error.UnsupportedFeatureException for a precision that cannot run here
   */
  public static TextEmbedder open(Path checkpoint, InferenceSpec spec) {
    Arguments arguments =
        Arguments.of("path", checkpoint).with("head", Head.POOLED_EMBEDDING.label());
    return open(SharedModel.create("embedder", arguments), spec);
  }

  /**
   * Uses a model. One whose module is a network is loaded by the backend {@code pytorch}, and
   * closing the embedder releases it; one that runs already stays open, and is the caller's to
   * close.
   */
  public static TextEmbedder open(Model model) {
    return open(model, InferenceSpec.defaults());
  }

  private static TextEmbedder open(Model model, InferenceSpec spec) {
    check(model);
    return new TextEmbedder(SharedModel.of(model, spec), LengthBatches.USUAL_TOKENS);
  }

  private static void check(Model model) {
    Head head = model.network().head();
    if (head != Head.POOLED_EMBEDDING) {
      throw new InvalidInputException(
          Problems.problem("head", head.label(), Head.POOLED_EMBEDDING.label()));
    }
  }

  /**
   * The same model with another size of a pass; whichever is closed closes both.
   *
   * @param tokens most of a forward pass, padding counted, ≥ 1; the default is 2048
   */
  public TextEmbedder withBatchTokens(int tokens) {
    return new TextEmbedder(model, tokens);
  }

  /**
   * The vector of one text.
   *
   * @throws InvalidInputException if the text has no token
   */
  public Embedding embed(String text) {
    return embed(List.of(text)).get(0);
  }

  /**
   * The vectors of texts, in their order. Texts of alike lengths pass together, which changes
   * nothing but rounding.
   *
   * @throws InvalidInputException if a text has no token
   */
  public List<Embedding> embed(List<String> texts) {
    return model.call(() -> embed(model, encoder, batchTokens, texts));
  }

  /** Within a call of the model. */
  static List<Embedding> embed(
      SharedModel model, TextEncoder encoder, int batchTokens, List<String> texts) {
    LengthBatches batches = new LengthBatches(model, Output.POOLED, batchTokens);
    List<Embedding> embeddings = new ArrayList<>(texts.size());
    for (int from = 0; from < texts.size(); from += WINDOW) {
      int to = Math.min(texts.size(), from + WINDOW);
      List<TokenSequence> encoded = encoder.encodeAll(texts.subList(from, to));
      for (float[] row : batches.rows(encoded, false)) {
        embeddings.add(new Embedding(TensorData.ofFloats(row, row.length)));
      }
    }
    return List.copyOf(embeddings);
  }

  /** Releases the model if this embedder loaded it. Idempotent. */
  @Override
  public void close() {
    model.close();
  }

  @Override
  public String toString() {
    return "TextEmbedder(" + model + ")";
  }
}
