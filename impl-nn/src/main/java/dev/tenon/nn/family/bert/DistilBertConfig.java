package dev.tenon.nn.family.bert;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.nn.config.ConfigReader;
import dev.tenon.nn.internal.Sizes;
import java.util.OptionalInt;

/**
 * The numbers of a DistilBERT network, under transformers' names ({@code DistilBertConfig}).
 *
 * @param vocabSize V, token ids
 * @param dim H, a multiple of the heads
 * @param nLayers L, blocks
 * @param nHeads heads
 * @param hiddenDim width of the MLP
 * @param activation the MLP's, one of {@link dev.tenon.nn.script.Activations#names}
 * @param dropout what training leaves out
 * @param maxPositionEmbeddings longest sequence, in tokens: positions are learned
 * @param initializerRange standard deviation of a random start
 * @param padTokenId the id whose embedding does not learn
 * @param tieWordEmbeddings whether a masked-lm head reads the embedding's weight
 */
public record DistilBertConfig(
    int vocabSize,
    int dim,
    int nLayers,
    int nHeads,
    int hiddenDim,
    String activation,
    Dropout dropout,
    int maxPositionEmbeddings,
    double initializerRange,
    OptionalInt padTokenId,
    boolean tieWordEmbeddings) {
  /** Checks every number and their relations. */
  public DistilBertConfig {
    Problems problems = new Problems();
    Sizes.check(problems, "vocab_size", vocabSize, Sizes.MAX_SIZE);
    Sizes.check(problems, "dim", dim, Sizes.MAX_SIZE);
    Sizes.check(problems, "n_layers", nLayers, Sizes.MAX_LAYERS);
    Sizes.check(problems, "n_heads", nHeads, Sizes.MAX_SIZE);
    Sizes.check(problems, "hidden_dim", hiddenDim, Sizes.MAX_SIZE);
    Sizes.check(problems, "max_position_embeddings", maxPositionEmbeddings, Integer.MAX_VALUE);
    Sizes.checkDivisor(problems, "n_heads", nHeads, "dim", dim);
    Sizes.checkPositive(problems, "initializer_range", initializerRange);
    EncoderKeys.checkActivation(problems, "activation", activation);
    EncoderKeys.checkPad(problems, padTokenId, vocabSize);
    problems.throwIfAny(InvalidInputException::new);
  }

  /**
   * Probabilities with which training sets elements to 0, each below 1.
   *
   * @param hidden {@code dropout}: of the embedding and of what the MLP adds
   * @param attention {@code attention_dropout}: of the attention probabilities
   * @param classifier {@code seq_classif_dropout}: before a classification's last projection
   */
  public record Dropout(double hidden, double attention, double classifier) {
    /** Checks the probabilities. */
    public Dropout {
      Problems problems = new Problems();
      Sizes.checkProbability(problems, "dropout", hidden);
      Sizes.checkProbability(problems, "attention_dropout", attention);
      Sizes.checkProbability(problems, "seq_classif_dropout", classifier);
      problems.throwIfAny(InvalidInputException::new);
    }
  }

  /**
   * Reads config.json.
   *
   * @throws dev.tenon.error.UnsupportedFeatureException for keys that ask for what the program does
   *     not do
   * @throws CheckpointException for missing or wrong keys, all of them in one message
   */
  public static DistilBertConfig read(ConfigReader keys) {
    int vocab = keys.integer("vocab_size", 1, Sizes.MAX_SIZE);
    int hidden = keys.integer(keys.first("dim", "hidden_size"), 1, Sizes.MAX_SIZE);
    int layers = keys.integer(keys.first("n_layers", "num_hidden_layers"), 1, Sizes.MAX_LAYERS);
    int heads = keys.integer(keys.first("n_heads", "num_attention_heads"), 1, Sizes.MAX_SIZE);
    int inner = keys.integer("hidden_dim", 1, Sizes.MAX_SIZE, 4 * 768);
    Dropout dropout =
        new Dropout(
            keys.probability("dropout", 0.1),
            keys.probability("attention_dropout", 0.1),
            keys.probability("seq_classif_dropout", 0.2));
    int positions = keys.integer("max_position_embeddings", 1, Integer.MAX_VALUE, 512);
    double range = keys.positive("initializer_range", 0.02);
    OptionalInt pad = EncoderKeys.pad(keys, 0);
    boolean tied = keys.flag("tie_word_embeddings", true);
    String activation = EncoderKeys.activation(keys, "activation");
    EncoderKeys.refuse(keys);
    keys.finish();
    try {
      return new DistilBertConfig(
          vocab, hidden, layers, heads, inner, activation, dropout, positions, range, pad, tied);
    } catch (InvalidInputException e) {
      throw new CheckpointException(keys.file() + ": " + e.getMessage(), e);
    }
  }
}
