package dev.tenon.nn.family.bert;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.nn.config.ConfigReader;
import dev.tenon.nn.internal.Sizes;
import dev.tenon.nn.script.Activations;
import java.util.OptionalInt;

/**
 * The numbers of a BERT or RoBERTa network, under transformers' names ({@code BertConfig}, {@code
 * RobertaConfig}).
 *
 * @param vocabSize V, token ids
 * @param hiddenSize H, a multiple of the heads
 * @param numHiddenLayers L, blocks
 * @param numAttentionHeads heads
 * @param intermediateSize width of the MLP
 * @param hiddenAct the MLP's, one of {@link Activations#names}
 * @param dropout what training leaves out
 * @param maxPositionEmbeddings rows of the learned positions
 * @param typeVocabSize token types
 * @param initializerRange standard deviation of a random start
 * @param layerNormEps what the norms add to the variance
 * @param padTokenId the id whose embedding does not learn
 * @param tieWordEmbeddings whether a masked-lm head reads the embedding's weight
 */
public record BertConfig(
    int vocabSize,
    int hiddenSize,
    int numHiddenLayers,
    int numAttentionHeads,
    int intermediateSize,
    String hiddenAct,
    Dropout dropout,
    int maxPositionEmbeddings,
    int typeVocabSize,
    double initializerRange,
    double layerNormEps,
    OptionalInt padTokenId,
    boolean tieWordEmbeddings) {
  /** Checks every number and their relations. */
  public BertConfig {
    Problems problems = new Problems();
    Sizes.check(problems, "vocab_size", vocabSize, Sizes.MAX_SIZE);
    Sizes.check(problems, "hidden_size", hiddenSize, Sizes.MAX_SIZE);
    Sizes.check(problems, "num_hidden_layers", numHiddenLayers, Sizes.MAX_LAYERS);
    Sizes.check(problems, "num_attention_heads", numAttentionHeads, Sizes.MAX_SIZE);
    Sizes.check(problems, "intermediate_size", intermediateSize, Sizes.MAX_SIZE);
    Sizes.check(problems, "max_position_embeddings", maxPositionEmbeddings, Integer.MAX_VALUE);
    Sizes.check(problems, "type_vocab_size", typeVocabSize, Sizes.MAX_SIZE);
    Sizes.checkDivisor(
        problems, "num_attention_heads", numAttentionHeads, "hidden_size", hiddenSize);
    Sizes.checkPositive(problems, "layer_norm_eps", layerNormEps);
    Sizes.checkPositive(problems, "initializer_range", initializerRange);
    EncoderKeys.checkActivation(problems, "hidden_act", hiddenAct);
    EncoderKeys.checkPad(problems, padTokenId, vocabSize);
    problems.throwIfAny(InvalidInputException::new);
  }

  /**
   * Probabilities with which training sets elements to 0, each below 1.
   *
   * @param hidden {@code hidden_dropout_prob}: of the embedding and of what attention and MLP add
   * @param attention {@code attention_probs_dropout_prob}: of the attention probabilities
   * @param classifier {@code classifier_dropout}: before a classification's last projection
   */
  public record Dropout(double hidden, double attention, double classifier) {
    /** Checks the probabilities. */
    public Dropout {
      Problems problems = new Problems();
      Sizes.checkProbability(problems, "hidden_dropout_prob", hidden);
      Sizes.checkProbability(problems, "attention_probs_dropout_prob", attention);
      Sizes.checkProbability(problems, "classifier_dropout", classifier);
      problems.throwIfAny(InvalidInputException::new);
    }
  }

  /**
   * Reads config.json. Keys that are missing have transformers' defaults, those of BERT.
   *
   * @throws dev.tenon.error.UnsupportedFeatureException for keys that ask for what the program does
   *     not do
   * @throws dev.tenon.error.CheckpointException for missing or wrong keys, all of them in one
   *     message
   */
  public static BertConfig read(ConfigReader keys) {
    return BertConfigReader.read(keys, 0);
  }
}
