package dev.tenon.nn.family.decoder;

import java.util.OptionalInt;

/**
 * What transformers' configuration class of a family takes for keys that config.json lacks.
 *
 * @param keyValueHeads empty: as many as query heads, as a value of null means in every family
 * @param headDim empty: hidden_size / heads
 * @param positions {@code max_position_embeddings}
 * @param rmsNormEps {@code rms_norm_eps}
 * @param ropeTheta {@code rope_theta}
 * @param actKey the key that names the activation: {@code hidden_act} or {@code hidden_activation}
 * @param act the activation
 * @param tied {@code tie_word_embeddings}
 * @param padTokenId {@code pad_token_id}
 */
public record DecoderDefaults(
    OptionalInt keyValueHeads,
    OptionalInt headDim,
    int positions,
    double rmsNormEps,
    double ropeTheta,
    String actKey,
    String act,
    boolean tied,
    OptionalInt padTokenId) {
  /** Llama's: 2048 positions, eps 1e-6, theta 10000, {@code hidden_act} silu, untied. */
  public static final DecoderDefaults LLAMA =
      new DecoderDefaults(
          OptionalInt.empty(),
          OptionalInt.empty(),
          2048,
          1e-6,
          10000,
          "hidden_act",
          "silu",
          false,
          OptionalInt.empty());

  /** The same with other heads of keys and values. */
  public DecoderDefaults withKeyValueHeads(int heads) {
    return new DecoderDefaults(
        OptionalInt.of(heads),
        headDim,
        positions,
        rmsNormEps,
        ropeTheta,
        actKey,
        act,
        tied,
        padTokenId);
  }

  /** The same with heads of a fixed size. */
  public DecoderDefaults withHeadDim(int dim) {
    return new DecoderDefaults(
        keyValueHeads,
        OptionalInt.of(dim),
        positions,
        rmsNormEps,
        ropeTheta,
        actKey,
        act,
        tied,
        padTokenId);
  }

  /** The same with other positions, eps and theta. */
  public DecoderDefaults withNumbers(int maxPositions, double eps, double theta) {
    return new DecoderDefaults(
        keyValueHeads, headDim, maxPositions, eps, theta, actKey, act, tied, padTokenId);
  }

  /** Gemma's way: a tied head, pad id 0, and the tanh form of GELU under the given key. */
  public DecoderDefaults withGemma(String activationKey) {
    return new DecoderDefaults(
        keyValueHeads,
        headDim,
        positions,
        rmsNormEps,
        ropeTheta,
        activationKey,
        "gelu_pytorch_tanh",
        true,
        OptionalInt.of(0));
  }
}
