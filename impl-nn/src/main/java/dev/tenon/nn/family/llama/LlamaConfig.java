package dev.tenon.nn.family.llama;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.nn.config.ConfigReader;
import dev.tenon.nn.internal.Sizes;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The numbers of a Llama network, under transformers' names ({@code LlamaConfig}).
 *
 * @param vocabSize V, token ids
 * @param hiddenSize H, a multiple of the heads
 * @param intermediateSize width of the MLP
 * @param numHiddenLayers L, blocks
 * @param numAttentionHeads query heads
 * @param numKeyValueHeads heads of keys and values; divides the query heads
 * @param headDim D, dimensions of a head, even
 * @param maxPositionEmbeddings longest sequence it is made for, in tokens
 * @param rmsNormEps what the norms add to the mean square
 * @param rope rotary positions
 * @param attentionBias whether the four attention projections have biases
 * @param mlpBias whether the three MLP projections have biases
 * @param tieWordEmbeddings whether the head reads the embedding's weight
 * @param initializerRange standard deviation of a random start
 * @param padTokenId an id whose embedding takes no gradient, as torch's {@code padding_idx}
 * @param attentionDropout probability that training drops an attention weight, from 0 to below 1
 */
public record LlamaConfig(
    int vocabSize,
    int hiddenSize,
    int intermediateSize,
    int numHiddenLayers,
    int numAttentionHeads,
    int numKeyValueHeads,
    int headDim,
    int maxPositionEmbeddings,
    double rmsNormEps,
    Rope rope,
    boolean attentionBias,
    boolean mlpBias,
    boolean tieWordEmbeddings,
    double initializerRange,
    OptionalInt padTokenId,
    double attentionDropout) {
  static final int MAX_HEAD_DIM = 8192;

  /** Checks every number and their relations. */
  public LlamaConfig {
    Problems problems = new Problems();
    Sizes.check(problems, "vocab_size", vocabSize, Sizes.MAX_SIZE);
    Sizes.check(problems, "hidden_size", hiddenSize, Sizes.MAX_SIZE);
    Sizes.check(problems, "intermediate_size", intermediateSize, Sizes.MAX_SIZE);
    Sizes.check(problems, "num_hidden_layers", numHiddenLayers, Sizes.MAX_LAYERS);
    Sizes.check(problems, "num_attention_heads", numAttentionHeads, Sizes.MAX_SIZE);
    Sizes.check(problems, "num_key_value_heads", numKeyValueHeads, Sizes.MAX_SIZE);
    Sizes.check(problems, "head_dim", headDim, MAX_HEAD_DIM);
    Sizes.check(problems, "max_position_embeddings", maxPositionEmbeddings, Integer.MAX_VALUE);
    problems.check(rmsNormEps > 0 && rmsNormEps < 1, "rms_norm_eps", rmsNormEps, "between 0 and 1");
    Sizes.checkPositive(problems, "initializer_range", initializerRange);
    problems.check(
        padTokenId.isEmpty() || (padTokenId.getAsInt() >= 0 && padTokenId.getAsInt() < vocabSize),
        "pad_token_id",
        padTokenId,
        "an id below vocab_size " + vocabSize);
    Sizes.checkProbability(problems, "attention_dropout", attentionDropout);
    problems.check(headDim % 2 == 0, "head_dim", headDim, "an even number");
    Sizes.checkDivisor(
        problems, "num_attention_heads", numAttentionHeads, "hidden_size", hiddenSize);
    Sizes.checkDivisor(
        problems,
        "num_key_value_heads",
        numKeyValueHeads,
        "num_attention_heads",
        numAttentionHeads);
    problems.throwIfAny(InvalidInputException::new);
  }

  /**
   * A configuration from the sizes that have no default; the rest as transformers has it: as many
   * key/value heads as heads, heads of hidden_size / heads, 2048 positions, eps 1e-6, theta 10000,
   * no biases, an untied head, start 0.02, no dropout.
   */
  public static LlamaConfig of(
      int vocabSize,
      int hiddenSize,
      int intermediateSize,
      int numHiddenLayers,
      int numAttentionHeads) {
    return new LlamaConfig(
        vocabSize,
        hiddenSize,
        intermediateSize,
        numHiddenLayers,
        numAttentionHeads,
        numAttentionHeads,
        hiddenSize / Math.max(1, numAttentionHeads),
        2048,
        1e-6,
        Rope.of(10000),
        false,
        false,
        false,
        0.02,
        OptionalInt.empty(),
        0);
  }

  /**
   * Reads config.json, in the spelling of transformers 4 or 5.
   *
   * @throws dev.tenon.error.UnsupportedFeatureException for keys that ask for what the program does
   *     not do
   * @throws dev.tenon.error.CheckpointException for missing or wrong keys, all of them in one
   *     message
   */
  public static LlamaConfig read(ConfigReader keys) {
    return LlamaConfigReader.read(keys);
  }

  /**
   * The keys of a config.json that this configuration is read from, in a spelling that transformers
   * 4 and 5 know.
   */
  public Map<String, Object> toMap() {
    return LlamaConfigReader.toMap(this);
  }

  /** The same configuration with fewer key/value heads. */
  public LlamaConfig withKeyValueHeads(int heads) {
    return new LlamaConfig(
        vocabSize,
        hiddenSize,
        intermediateSize,
        numHiddenLayers,
        numAttentionHeads,
        heads,
        headDim,
        maxPositionEmbeddings,
        rmsNormEps,
        rope,
        attentionBias,
        mlpBias,
        tieWordEmbeddings,
        initializerRange,
        padTokenId,
        attentionDropout);
  }

  /** The same configuration with heads of another size. */
  public LlamaConfig withHeadDim(int dim) {
    return new LlamaConfig(
        vocabSize,
        hiddenSize,
        intermediateSize,
        numHiddenLayers,
        numAttentionHeads,
        numKeyValueHeads,
        dim,
        maxPositionEmbeddings,
        rmsNormEps,
        rope,
        attentionBias,
        mlpBias,
        tieWordEmbeddings,
        initializerRange,
        padTokenId,
        attentionDropout);
  }

  /** The same configuration for sequences of another length and with other rotary positions. */
  public LlamaConfig withPositions(int maxPositions, Rope other) {
    return new LlamaConfig(
        vocabSize,
        hiddenSize,
        intermediateSize,
        numHiddenLayers,
        numAttentionHeads,
        numKeyValueHeads,
        headDim,
        maxPositions,
        rmsNormEps,
        other,
        attentionBias,
        mlpBias,
        tieWordEmbeddings,
        initializerRange,
        padTokenId,
        attentionDropout);
  }

  /** The same configuration with or without biases. */
  public LlamaConfig withBiases(boolean attention, boolean mlp) {
    return new LlamaConfig(
        vocabSize,
        hiddenSize,
        intermediateSize,
        numHiddenLayers,
        numAttentionHeads,
        numKeyValueHeads,
        headDim,
        maxPositionEmbeddings,
        rmsNormEps,
        rope,
        attention,
        mlp,
        tieWordEmbeddings,
        initializerRange,
        padTokenId,
        attentionDropout);
  }

  /** The same configuration with a tied or untied head. */
  public LlamaConfig withTiedHead(boolean tied) {
    return new LlamaConfig(
        vocabSize,
        hiddenSize,
        intermediateSize,
        numHiddenLayers,
        numAttentionHeads,
        numKeyValueHeads,
        headDim,
        maxPositionEmbeddings,
        rmsNormEps,
        rope,
        attentionBias,
        mlpBias,
        tied,
        initializerRange,
        padTokenId,
        attentionDropout);
  }

  /** The same configuration with dropout of attention weights in training. */
  public LlamaConfig withAttentionDropout(double probability) {
    return new LlamaConfig(
        vocabSize,
        hiddenSize,
        intermediateSize,
        numHiddenLayers,
        numAttentionHeads,
        numKeyValueHeads,
        headDim,
        maxPositionEmbeddings,
        rmsNormEps,
        rope,
        attentionBias,
        mlpBias,
        tieWordEmbeddings,
        initializerRange,
        padTokenId,
        probability);
  }
}
