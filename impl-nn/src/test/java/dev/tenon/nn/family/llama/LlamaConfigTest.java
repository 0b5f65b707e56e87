package dev.tenon.nn.family.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Json;
import dev.tenon.nn.config.ConfigFile;
import dev.tenon.nn.family.decoder.Rope;
import dev.tenon.nn.family.decoder.RopeScaling;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LlamaConfigTest {
  private static final LlamaConfig SMALL = LlamaConfig.of(16, 8, 20, 1, 2);

  @Test
  void absentKeysHaveTransformersDefaults() {
    LlamaConfig read =
        read(
            "{\"vocab_size\": 16, \"hidden_size\": 8, \"intermediate_size\": 20,"
                + " \"num_hidden_layers\": 1, \"num_attention_heads\": 2, \"rope_scaling\": null,"
                + " \"head_dim\": null}");
    assertThat(read).isEqualTo(SMALL);
    assertThat(read)
        .hasToString(
            "LlamaConfig[decoder=DecoderConfig[vocabSize=16, hiddenSize=8, intermediateSize=20,"
                + " numHiddenLayers=1, numAttentionHeads=2, numKeyValueHeads=2, headDim=4,"
                + " maxPositionEmbeddings=2048, rmsNormEps=1.0E-6, rope=Rope[theta=10000.0,"
                + " scaling=Optional.empty], hiddenAct=silu, tieWordEmbeddings=false,"
                + " initializerRange=0.02, padTokenId=OptionalInt.empty, attentionDropout=0.0],"
                + " attentionBias=false, mlpBias=false]");
  }

  @Test
  void aNegativePadTokenCountsFromTheEndOfTheVocabulary() {
    String sizes =
        "\"vocab_size\": 16, \"hidden_size\": 8, \"intermediate_size\": 20,"
            + " \"num_hidden_layers\": 1, \"num_attention_heads\": 2";
    assertThat(read("{" + sizes + ", \"pad_token_id\": -1}").decoder().padTokenId()).hasValue(15);
    assertThatThrownBy(() -> read("{" + sizes + ", \"pad_token_id\": 16}"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("pad_token_id: 16");
  }

  @Test
  void whatItWritesItReads() {
    Rope rope = new Rope(500000, Optional.of(new RopeScaling.Llama3(8, 1, 4, 64)));
    LlamaConfig config =
        SMALL
            .withKeyValueHeads(1)
            .withHeadDim(6)
            .withPositions(128, rope)
            .withBiases(true, true)
            .withTiedHead(true)
            .withAttentionDropout(0.25);
    assertThat(read(Json.pretty(config.toMap()))).isEqualTo(config);
  }

  @Test
  void refusesWhatTheProgramDoesNotDo() {
    refuses("hidden_act", "laplace");
    refuses("pretraining_tp", 2);
    refuses("partial_rotary_factor", 0.5);
    refuses("quantization_config", Map.of("bits", 4));
    for (String type : List.of("longrope", "proportional")) {
      assertThatThrownBy(() -> readWith("rope_scaling", Map.of("rope_type", type, "factor", 2.0)))
          .isInstanceOf(UnsupportedFeatureException.class)
          .hasMessageContaining("config.json: rope_scaling.rope_type: \"" + type + "\"");
      assertThatThrownBy(() -> readWith("rope_scaling", Map.of("type", type, "factor", 2.0)))
          .isInstanceOf(UnsupportedFeatureException.class)
          .hasMessageContaining("rope_scaling.type");
    }
    readWith("hidden_act", "gelu");
    readWith("attention_dropout", 0);
    readWith("pretraining_tp", 1);
  }

  @Test
  void tellsAllWrongKeysTogether() {
    Map<String, Object> keys = new LinkedHashMap<>(SMALL.toMap());
    keys.put("hidden_size", 0);
    keys.put("vocab_size", "16");
    keys.remove("num_hidden_layers");
    keys.put("rms_norm_eps", -1);
    keys.put("tie_word_embeddings", "yes");
    assertThatThrownBy(() -> read(Json.pretty(keys)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("config.json: hidden_size: 0 (expected: an integer from 1 to")
        .hasMessageContaining("vocab_size: \"16\"")
        .hasMessageContaining("num_hidden_layers: missing")
        .hasMessageContaining("rms_norm_eps: -1")
        .hasMessageContaining("tie_word_embeddings: \"yes\"");
  }

  @Test
  void checksRelations() {
    wrong(
        "num_attention_heads", 5, "num_attention_heads: 5 (expected: a divisor of hidden_size 8)");
    wrong("num_key_value_heads", 3, "num_key_value_heads: 3");
    wrong("head_dim", 5, "head_dim: 5 (expected: an even number)");
    wrong("num_hidden_layers", 100_000_000, "num_hidden_layers: 100000000");
    wrong("hidden_size", 1e300, "hidden_size");
    wrong("attention_dropout", 1, "attention_dropout: 1 (expected: a number, 0 <= p < 1)");
    wrong(
        "rope_parameters",
        Map.of("rope_type", "llama3", "factor", 8),
        "rope_parameters.low_freq_factor: missing");
    assertThatThrownBy(() -> SMALL.withKeyValueHeads(0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("num_key_value_heads: 0");
  }

  @Test
  void twoSpellingsAtOnceAreAContradiction() {
    Map<String, Object> keys = new LinkedHashMap<>(SMALL.toMap());
    Map<String, Object> llama3 =
        Map.of(
            "rope_type",
            "llama3",
            "factor",
            8,
            "low_freq_factor",
            1,
            "high_freq_factor",
            4,
            "original_max_position_embeddings",
            64);
    keys.put("rope_parameters", Map.of("rope_type", "default", "rope_theta", 10000.0));
    keys.put("rope_scaling", llama3);
    assertThatThrownBy(() -> read(Json.pretty(keys)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("rope_scaling");
  }

  private static void refuses(String key, Object value) {
    assertThatThrownBy(() -> readWith(key, value))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("config.json: " + key);
  }

  private static void wrong(String key, Object value, String message) {
    assertThatThrownBy(() -> readWith(key, value))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("config.json: ")
        .hasMessageContaining(message);
  }

  private static LlamaConfig readWith(String key, Object value) {
    Map<String, Object> keys = new LinkedHashMap<>(SMALL.toMap());
    if (!key.equals("head_dim")) {
      keys.remove("head_dim");
    }
    keys.put(key, value);
    return read(Json.pretty(keys));
  }

  private static LlamaConfig read(String json) {
    return LlamaConfig.read(ConfigFile.of("config.json", json).reader());
  }
}
