package dev.tenon.nn.family.gpt2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Json;
import dev.tenon.nn.config.ConfigFile;
import dev.tenon.nn.family.gpt2.Gpt2Config.AttentionScale;
import dev.tenon.nn.family.gpt2.Gpt2Config.Dropout;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class Gpt2ConfigTest {
  private static final Gpt2Config SMALL = Gpt2Config.of(16, 8, 1, 2);

  @Test
  void absentKeysHaveTransformersDefaults() {
    Gpt2Config read =
        read(
            "{\"vocab_size\": 16, \"n_embd\": 8, \"n_layer\": 1, \"n_head\": 2, \"n_inner\": null,"
                + " \"n_ctx\": 7, \"reorder_and_upcast_attn\": true}");
    assertThat(read).isEqualTo(SMALL);
    assertThat(read)
        .hasToString(
            "Gpt2Config[vocabSize=16, nPositions=1024, nEmbd=8, nLayer=1, nHead=2,"
                + " nInner=OptionalInt.empty, activationFunction=gelu_new,"
                + " dropout=Dropout[embedding=0.1, residual=0.1, attention=0.1],"
                + " layerNormEpsilon=1.0E-5, initializerRange=0.02,"
                + " attentionScale=AttentionScale[byHeadSize=true, byLayer=false],"
                + " tieWordEmbeddings=true]");
    assertThat(read.innerSize()).isEqualTo(32);
  }

  @Test
  void knowsTheNamesThatAllFamiliesShareInTransformers() {
    assertThat(
            read(
                "{\"vocab_size\": 16, \"hidden_size\": 8, \"num_hidden_layers\": 1,"
                    + " \"num_attention_heads\": 2, \"max_position_embeddings\": 1024}"))
        .isEqualTo(SMALL);
  }

  @Test
  void twoNamesOfOneNumberMustAgree() {
    String keys = "\"vocab_size\": 16, \"n_embd\": 8, \"n_layer\": 1, \"n_head\": 2, ";
    assertThat(read("{" + keys + "\"hidden_size\": 8}")).isEqualTo(SMALL);
    assertThatThrownBy(() -> read("{" + keys + "\"num_attention_heads\": 4}"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("num_attention_heads: 4 (expected: n_head's value 2");
  }

  @Test
  void whatItWritesItReads() {
    Gpt2Config config =
        SMALL
            .withPositions(64)
            .withMlp(20, "relu")
            .withDropout(new Dropout(0, 0.25, 0.5))
            .withAttentionScale(new AttentionScale(false, true))
            .withTiedHead(false);
    assertThat(read(Json.pretty(config.toMap()))).isEqualTo(config);
  }

  @Test
  void refusesWhatTheProgramDoesNotDo() {
    refuses("activation_function", "prelu");
    refuses("add_cross_attention", true);
    refuses("is_causal", false);
    refuses("quantization_config", Map.of("bits", 4));
  }

  private static void refuses(String key, Object value) {
    Map<String, Object> keys = new LinkedHashMap<>(SMALL.toMap());
    keys.put(key, value);
    assertThatThrownBy(() -> read(Json.pretty(keys)))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("config.json: " + key + ": " + Json.compact(value));
  }

  @Test
  void tellsAllProblemsTogether() {
    assertThatThrownBy(() -> read("{\"vocab_size\": 0, \"n_embd\": 8, \"resid_pdrop\": 1}"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("vocab_size: 0")
        .hasMessageContaining("n_layer: missing")
        .hasMessageContaining("n_head: missing")
        .hasMessageContaining("resid_pdrop: 1 (expected: a number, 0 <= p < 1)");
    assertThatThrownBy(() -> Gpt2Config.of(16, 8, 1, 3))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("n_head: 3 (expected: a divisor of n_embd 8)");
    assertThatThrownBy(() -> Dropout.of(1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("embd_pdrop: 1.0 (expected: 0 <= p < 1)");
  }

  private static Gpt2Config read(String json) {
    return Gpt2Config.read(ConfigFile.of("config.json", json).reader());
  }
}
