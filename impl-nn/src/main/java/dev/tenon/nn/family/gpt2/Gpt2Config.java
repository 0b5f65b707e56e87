package dev.tenon.nn.family.gpt2;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.nn.config.ConfigReader;
import dev.tenon.nn.internal.Sizes;
import dev.tenon.nn.script.Activations;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The numbers of a GPT-2 network, under transformers' names ({@code GPT2Config}).
 *
 * @param vocabSize V, token ids
 * @param nPositions longest sequence, in tokens: positions are learned
 * @param nEmbd H, a multiple of the heads
 * @param nLayer L, blocks
 * @param nHead heads
 * @param nInner width of the MLP; empty: 4 H
 * @param activationFunction the MLP's, one of {@link Activations#names}
 * @param dropout what training leaves out
 * @param layerNormEpsilon what the norms add to the variance
 * @param initializerRange standard deviation of a random start
 * @param attentionScale what attention scores are divided by
 * @param tieWordEmbeddings whether the head reads the embedding's weight
 */
public record Gpt2Config(
    int vocabSize,
    int nPositions,
    int nEmbd,
    int nLayer,
    int nHead,
    OptionalInt nInner,
    String activationFunction,
    Dropout dropout,
    double layerNormEpsilon,
    double initializerRange,
    AttentionScale attentionScale,
    boolean tieWordEmbeddings) {
  /** Checks every number and their relations. */
  public Gpt2Config {
    Problems problems = new Problems();
    Sizes.check(problems, "vocab_size", vocabSize, Sizes.MAX_SIZE);
    Sizes.check(problems, "n_positions", nPositions, Integer.MAX_VALUE);
    Sizes.check(problems, "n_embd", nEmbd, Sizes.MAX_SIZE);
    Sizes.check(problems, "n_layer", nLayer, Sizes.MAX_LAYERS);
    Sizes.check(problems, "n_head", nHead, Sizes.MAX_SIZE);
    nInner.ifPresent(inner -> Sizes.check(problems, "n_inner", inner, Sizes.MAX_SIZE));
    Sizes.checkDivisor(problems, "n_head", nHead, "n_embd", nEmbd);
    Sizes.checkPositive(problems, "layer_norm_epsilon", layerNormEpsilon);
    Sizes.checkPositive(problems, "initializer_range", initializerRange);
    problems.check(
        Activations.names().contains(activationFunction),
        "activation_function",
        activationFunction,
        "one of " + Activations.names());
    problems.throwIfAny(InvalidInputException::new);
  }

  /**
   * Probabilities with which training sets elements to 0, each below 1.
   *
   * @param embedding {@code embd_pdrop}: of the sum of token and position embeddings
   * @param residual {@code resid_pdrop}: of what attention and MLP add
   * @param attention {@code attn_pdrop}: of the attention probabilities
   */
  public record Dropout(double embedding, double residual, double attention) {
    /** Checks the probabilities. */
    public Dropout {
      Problems problems = new Problems();
      Sizes.checkProbability(problems, "embd_pdrop", embedding);
      Sizes.checkProbability(problems, "resid_pdrop", residual);
      Sizes.checkProbability(problems, "attn_pdrop", attention);
      problems.throwIfAny(InvalidInputException::new);
    }

    /** The same probability everywhere. */
    public static Dropout of(double probability) {
      return new Dropout(probability, probability, probability);
    }
  }

  /**
   * What the product of query and key is divided by.
   *
   * @param byHeadSize {@code scale_attn_weights}: the root of H / heads
   * @param byLayer {@code scale_attn_by_inverse_layer_idx}: the block's number, from 1
   */
  public record AttentionScale(boolean byHeadSize, boolean byLayer) {}

  /**
   * A configuration from the sizes that have no default; the rest as transformers has it: 1024
   * positions, an MLP of 4 H, {@code gelu_new}, dropout 0.1, eps 1e-5, start 0.02, a tied head.
   */
  public static Gpt2Config of(int vocabSize, int nEmbd, int nLayer, int nHead) {
    return new Gpt2Config(
        vocabSize,
        1024,
        nEmbd,
        nLayer,
        nHead,
        OptionalInt.empty(),
        "gelu_new",
        Dropout.of(0.1),
        1e-5,
        0.02,
        new AttentionScale(true, false),
        true);
  }

  /**
   * Reads config.json.
   *
   * @throws dev.tenon.error.UnsupportedFeatureException for keys that ask for what the program does
   *     not do
   * @throws dev.tenon.error.CheckpointException for missing or wrong keys, all of them in one
   *     message
   */
  public static Gpt2Config read(ConfigReader keys) {
    return Gpt2ConfigReader.read(keys);
  }

  /** The keys of a config.json that this configuration is read from, as transformers has them. */
  public Map<String, Object> toMap() {
    return Gpt2ConfigReader.toMap(this);
  }

  /** H / heads. */
  public int headDim() {
    return nEmbd / nHead;
  }

  /** The width of the MLP. */
  public int innerSize() {
    return nInner.orElse(4 * nEmbd);
  }

  /** The same configuration for sequences of another length. */
  public Gpt2Config withPositions(int positions) {
    return new Gpt2Config(
        vocabSize,
        positions,
        nEmbd,
        nLayer,
        nHead,
        nInner,
        activationFunction,
        dropout,
        layerNormEpsilon,
        initializerRange,
        attentionScale,
        tieWordEmbeddings);
  }

  /** The same configuration with another MLP. */
  public Gpt2Config withMlp(int inner, String activation) {
    return new Gpt2Config(
        vocabSize,
        nPositions,
        nEmbd,
        nLayer,
        nHead,
        OptionalInt.of(inner),
        activation,
        dropout,
        layerNormEpsilon,
        initializerRange,
        attentionScale,
        tieWordEmbeddings);
  }

  /** The same configuration with other dropout. */
  public Gpt2Config withDropout(Dropout other) {
    return new Gpt2Config(
        vocabSize,
        nPositions,
        nEmbd,
        nLayer,
        nHead,
        nInner,
        activationFunction,
        other,
        layerNormEpsilon,
        initializerRange,
        attentionScale,
        tieWordEmbeddings);
  }

  /** The same configuration with other attention scores. */
  public Gpt2Config withAttentionScale(AttentionScale other) {
    return new Gpt2Config(
        vocabSize,
        nPositions,
        nEmbd,
        nLayer,
        nHead,
        nInner,
        activationFunction,
        dropout,
        layerNormEpsilon,
        initializerRange,
        other,
        tieWordEmbeddings);
  }

  /** The same configuration with a tied or untied head. */
  public Gpt2Config withTiedHead(boolean tied) {
    return new Gpt2Config(
        vocabSize,
        nPositions,
        nEmbd,
        nLayer,
        nHead,
        nInner,
        activationFunction,
        dropout,
        layerNormEpsilon,
        initializerRange,
        attentionScale,
        tied);
  }
}
