package dev.tenon.nn.family.decoder;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.nn.internal.Sizes;
import dev.tenon.nn.script.Activations;
import java.util.OptionalInt;

/**
 * The numbers that all decoders of this package have, under transformers' names.
 *
 * @param vocabSize V, token ids
 * @param hiddenSize H
 * @param intermediateSize width of the MLP
 * @param numHiddenLayers L, blocks
 * @param numAttentionHeads query heads
 * @param numKeyValueHeads heads of keys and values; divides the query heads
 * @param headDim D, dimensions of a head, even
 * @param maxPositionEmbeddings longest sequence it is made for, in tokens
 * @param rmsNormEps what the norms add to the mean square
 * @param rope rotary positions
 * @param hiddenAct activation of the MLP's gate, one of {@link Activations#names()}
 * @param tieWordEmbeddings whether the head reads the embedding's weight
 * @param initializerRange standard deviation of a random start
 * @param padTokenId an id whose embedding takes no gradient, as torch's {@code padding_idx}
 * @param attentionDropout probability that training drops an attention weight, from 0 to below 1
 */
public record DecoderConfig(
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
    String hiddenAct,
    boolean tieWordEmbeddings,
    double initializerRange,
    OptionalInt padTokenId,
    double attentionDropout) {
  static final int MAX_HEAD_DIM = 8192;

  /** Checks every number and their relations. */
  public DecoderConfig {
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
    problems.check(
        Activations.names().contains(hiddenAct),
        "hidden_act",
        hiddenAct,
        "one of " + Activations.names());
    Sizes.checkDivisor(
        problems,
        "num_key_value_heads",
        numKeyValueHeads,
        "num_attention_heads",
        numAttentionHeads);
    problems.throwIfAny(InvalidInputException::new);
  }

  /** Width of all query heads side by side. */
  public long queryWidth() {
    return (long) numAttentionHeads * headDim;
  }

  /** Width of all key heads side by side, and of all value heads. */
  public long keyWidth() {
    return (long) numKeyValueHeads * headDim;
  }

  /** A builder with these numbers. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /**
   * A builder with the sizes that have no default; the rest as transformers has it for Llama: as
   * many key/value heads as heads, heads of hidden_size / heads, 2048 positions, eps 1e-6, theta
   * 10000, silu, an untied head, start 0.02, no dropout.
   */
  public static Builder builder(
      int vocabSize,
      int hiddenSize,
      int intermediateSize,
      int numHiddenLayers,
      int numAttentionHeads) {
    return new Builder(vocabSize, hiddenSize, intermediateSize, numHiddenLayers, numAttentionHeads);
  }

  /** Collects the numbers; {@link #build} checks them. Not for threads. */
  public static final class Builder {
    private final int vocabSize;
    private final int hiddenSize;
    private final int intermediateSize;
    private final int numHiddenLayers;
    private final int numAttentionHeads;
    private int numKeyValueHeads;
    private int headDim;
    private int maxPositionEmbeddings = 2048;
    private double rmsNormEps = 1e-6;
    private Rope rope = Rope.of(10000);
    private String hiddenAct = "silu";
    private boolean tieWordEmbeddings;
    private double initializerRange = 0.02;
    private OptionalInt padTokenId = OptionalInt.empty();
    private double attentionDropout;

    private Builder(int vocab, int hidden, int intermediate, int layers, int heads) {
      this.vocabSize = vocab;
      this.hiddenSize = hidden;
      this.intermediateSize = intermediate;
      this.numHiddenLayers = layers;
      this.numAttentionHeads = heads;
      this.numKeyValueHeads = heads;
      this.headDim = hidden / Math.max(1, heads);
    }

    private Builder(DecoderConfig from) {
      this(
          from.vocabSize,
          from.hiddenSize,
          from.intermediateSize,
          from.numHiddenLayers,
          from.numAttentionHeads);
      this.numKeyValueHeads = from.numKeyValueHeads;
      this.headDim = from.headDim;
      this.maxPositionEmbeddings = from.maxPositionEmbeddings;
      this.rmsNormEps = from.rmsNormEps;
      this.rope = from.rope;
      this.hiddenAct = from.hiddenAct;
      this.tieWordEmbeddings = from.tieWordEmbeddings;
      this.initializerRange = from.initializerRange;
      this.padTokenId = from.padTokenId;
      this.attentionDropout = from.attentionDropout;
    }

    /** H. */
    int hiddenSize() {
      return hiddenSize;
    }

    /** Query heads. */
    int heads() {
      return numAttentionHeads;
    }

    /** L, blocks. */
    public int layers() {
      return numHiddenLayers;
    }

    /** Heads of keys and values. */
    public Builder keyValueHeads(int heads) {
      this.numKeyValueHeads = heads;
      return this;
    }

    /** Dimensions of a head. */
    public Builder headDim(int dim) {
      this.headDim = dim;
      return this;
    }

    /** Longest sequence in tokens, and rotary positions. */
    public Builder positions(int maxPositions, Rope positions) {
      this.maxPositionEmbeddings = maxPositions;
      this.rope = positions;
      return this;
    }

    /** What the norms add to the mean square. */
    public Builder rmsNormEps(double eps) {
      this.rmsNormEps = eps;
      return this;
    }

    /** Activation of the MLP's gate. */
    public Builder hiddenAct(String name) {
      this.hiddenAct = name;
      return this;
    }

    /** Whether the head reads the embedding's weight. */
    public Builder tiedHead(boolean tied) {
      this.tieWordEmbeddings = tied;
      return this;
    }

    /** Standard deviation of a random start. */
    public Builder initializerRange(double deviation) {
      this.initializerRange = deviation;
      return this;
    }

    /** An id whose embedding takes no gradient. */
    public Builder padTokenId(OptionalInt id) {
      this.padTokenId = id;
      return this;
    }

    /** Probability that training drops an attention weight. */
    public Builder attentionDropout(double probability) {
      this.attentionDropout = probability;
      return this;
    }

    /**
     * The configuration.
     *
     * @throws InvalidInputException with every number that is wrong
     */
    public DecoderConfig build() {
      return new DecoderConfig(
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
          hiddenAct,
          tieWordEmbeddings,
          initializerRange,
          padTokenId,
          attentionDropout);
    }
  }
}
