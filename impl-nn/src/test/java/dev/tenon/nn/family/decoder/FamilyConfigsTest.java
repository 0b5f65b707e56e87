package dev.tenon.nn.family.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Json;
import dev.tenon.model.Head;
import dev.tenon.nn.checkpoint.Families;
import dev.tenon.nn.config.ConfigFile;
import dev.tenon.nn.config.ConfigReader;
import dev.tenon.nn.family.Architecture;
import dev.tenon.nn.family.gemma.GemmaConfig;
import dev.tenon.nn.family.gemma2.Gemma2Config;
import dev.tenon.nn.family.llama.LlamaConfig;
import dev.tenon.nn.family.mistral.MistralConfig;
import dev.tenon.nn.family.mixtral.MixtralConfig;
import dev.tenon.nn.family.qwen2.Qwen2Config;
import dev.tenon.nn.family.qwen3.Qwen3Config;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the families make of keys that are missing, null, or ask for something else. */
class FamilyConfigsTest {
  private static final List<String> LAYERS = List.of("full_attention", "sliding_attention");

  /** Defaults of the configuration classes of transformers 5.23.0. */
  @Test
  void absentKeysHaveTransformersDefaults() {
    numbers(MistralConfig.read(keys()).decoder(), 8, 2, 131072, 1e-6, 1e4, false);
    numbers(
        Qwen2Config.read(keys("num_attention_heads", 64)).decoder(),
        32,
        2,
        32768,
        1e-6,
        1e4,
        false);
    numbers(
        Qwen3Config.read(keys("num_attention_heads", 64)).decoder(),
        32,
        128,
        32768,
        1e-6,
        1e4,
        false);
    numbers(GemmaConfig.read(keys()).decoder(), 16, 256, 8192, 1e-6, 1e4, true);
    numbers(Gemma2Config.read(keys()).decoder(), 4, 256, 8192, 1e-6, 1e4, true);
    numbers(MixtralConfig.read(keys()).decoder(), 8, 2, 131072, 1e-5, 1e6, false);

    assertThat(MistralConfig.read(keys()).windows()).isEqualTo(LayerWindows.everywhere(4096, 2));
    assertThat(MixtralConfig.read(keys()).windows()).isEqualTo(LayerWindows.none(2));
    assertThat(MixtralConfig.read(keys()).numLocalExperts()).isEqualTo(8);
    assertThat(MixtralConfig.read(keys()).numExpertsPerTok()).isEqualTo(2);
    assertThat(GemmaConfig.read(keys()).decoder().padTokenId()).hasValue(0);
    assertThat(GemmaConfig.read(keys()).decoder().hiddenAct()).isEqualTo("gelu_pytorch_tanh");
    Gemma2Config gemma2 = Gemma2Config.read(keys());
    assertThat(gemma2.windows()).isEqualTo(new LayerWindows(4096, List.of(true, false)));
    assertThat(gemma2.queryPreAttnScalar()).isEqualTo(256);
    assertThat(gemma2.attnLogitSoftcapping()).hasValue(50);
    assertThat(gemma2.finalLogitSoftcapping()).hasValue(30);
  }

  private static void numbers(
      DecoderConfig found, int kv, int dim, int positions, double eps, double theta, boolean tied) {
    assertThat(found.numKeyValueHeads()).isEqualTo(kv);
    assertThat(found.headDim()).isEqualTo(dim);
    assertThat(found.maxPositionEmbeddings()).isEqualTo(positions);
    assertThat(found.rmsNormEps()).isEqualTo(eps);
    assertThat(found.rope()).isEqualTo(Rope.of(theta));
    assertThat(found.tieWordEmbeddings()).isEqualTo(tied);
  }

  @Test
  void nullIsNotTheSameAsAbsent() {
    assertThat(MistralConfig.read(keys("sliding_window", null)).windows().size()).isZero();
    assertThat(MistralConfig.read(keys("num_key_value_heads", null)).decoder().numKeyValueHeads())
        .isEqualTo(16);
    assertThat(GemmaConfig.read(keys("pad_token_id", null)).decoder().padTokenId()).isEmpty();
    assertThat(Gemma2Config.read(keys("attn_logit_softcapping", null)).attnLogitSoftcapping())
        .isEmpty();
    assertThat(Gemma2Config.read(keys("final_logit_softcapping", null)).finalLogitSoftcapping())
        .isEmpty();
  }

  @Test
  void theFirstFilesOfGemmaMeantTheTanhForm() {
    assertThat(GemmaConfig.read(keys("hidden_act", "gelu")).decoder().hiddenAct())
        .isEqualTo("gelu_pytorch_tanh");
    assertThat(Gemma2Config.read(keys("hidden_activation", "gelu")).decoder().hiddenAct())
        .isEqualTo("gelu");
  }

  @Test
  void qwenHasWindowsOnlyWhereItIsAskedTo() {
    Map<String, Object> off = map("sliding_window", 8, "max_window_layers", 0);
    assertThat(qwen2(off).size()).isZero();
    Map<String, Object> on = map("use_sliding_window", true, "max_window_layers", 1);
    assertThat(qwen2(on)).isEqualTo(new LayerWindows(4096, List.of(false, true)));
    on.put("sliding_window", 8);
    assertThat(qwen2(on).layerText()).isEqualTo("[0, 8][layer]");
    on.put("layer_types", List.of("sliding_attention", "full_attention"));
    assertThat(qwen2(on)).isEqualTo(new LayerWindows(8, List.of(true, false)));
    on.put("max_window_layers", 28);
    on.remove("layer_types");
    assertThat(qwen2(on)).isEqualTo(LayerWindows.none(2));
    assertThat(LayerWindows.everywhere(8, 3).layerText()).isEqualTo("8");
  }

  private static LayerWindows qwen2(Map<String, Object> more) {
    return Qwen2Config.read(reader(more, 32)).windows();
  }

  @Test
  void layerTypesThatCannotBeAreErrorsByKey() {
    assertThatThrownBy(() -> Qwen2Config.read(reader(map("layer_types", LAYERS), 32)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("sliding_window");
    assertThatThrownBy(() -> Gemma2Config.read(keys("layer_types", List.of("full_attention"))))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("layer_types");
    List<String> linear = List.of("full_attention", "linear_attention");
    assertThatThrownBy(() -> Gemma2Config.read(keys("layer_types", linear)))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("layer_types");
    assertThatThrownBy(() -> Gemma2Config.read(keys("layer_types", "full_attention")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("layer_types");
    assertThatThrownBy(() -> MistralConfig.read(keys("layer_types", LAYERS)))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("layer_types");
    assertThatThrownBy(() -> MistralConfig.read(keys("sliding_window", 0)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("sliding_window: 0");
  }

  @Test
  void whatTheProgramsDoNotDoIsRefusedByKey() {
    refused("gemma", "hidden_act", "laplace");
    refused("gemma2", "hidden_activation", "xielu");
    refused("mixtral", "router_jitter_noise", 0.1);
    refused("gemma2", "layer_types", List.of("chunked_attention", "full_attention"));
    refused("mistral", "layer_types", LAYERS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "mistral", "qwen2", "qwen3", "gemma", "gemma2", "mixtral"})
  void everyFamilyRefusesByKey(String family) {
    refused(family, "is_causal", false);
    refused(family, "use_bidirectional_attention", true);
    refused(family, "partial_rotary_factor", 0.5);
    refused(family, "pretraining_tp", 2);
    refused(family, "quantization_config", Map.of("bits", 4));
    for (String type : List.of("longrope", "su", "mrope", "proportional")) {
      refused(family, "rope_parameters", Map.of("rope_type", type, "factor", 2));
      refused(family, "rope_scaling", Map.of("type", type, "factor", 2));
    }
    refused(family, "rope_parameters", Map.of("partial_rotary_factor", 0.25));
    refused(family, "rope_parameters", Map.of("full_attention", Map.of("rope_theta", 7)));
  }

  private static void refused(String family, String key, Object value) {
    assertThatThrownBy(() -> Families.standard().get(family).read(keys(key, value)))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("config.json: " + key);
  }

  @Test
  void relationsAreChecked() {
    assertThatThrownBy(() -> MixtralConfig.read(keys("num_experts_per_tok", 9)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("num_experts_per_tok: 9 (expected: 1 to num_local_experts 8)");
    assertThatThrownBy(() -> Gemma2Config.read(keys("hidden_size", 33)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("num_attention_heads: 16 (expected: a divisor of hidden_size 33)");
    assertThatThrownBy(() -> Gemma2Config.read(keys("attn_logit_softcapping", 0)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("attn_logit_softcapping");
    assertThat(GemmaConfig.read(keys("hidden_size", 33)).decoder().hiddenSize()).isEqualTo(33);
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "mistral", "qwen2", "qwen3", "gemma", "gemma2", "mixtral"})
  void everyFamilyHasACausalLmAndAValueHead(String family) {
    Map<String, Object> keys = map("num_key_value_heads", 4);
    Architecture causal = Families.standard().get(family).read(reader(keys, 16));
    String name = Families.standard().get(family).architectures().get(Head.VALUE);
    keys.put("architectures", List.of(name));
    keys.put("id2label", Map.of("0", "LABEL_0"));
    Architecture value = Families.standard().get(family).read(reader(keys, 16));

    assertThat(causal.head()).isEqualTo(Head.CAUSAL_LM);
    assertThat(value.head()).isEqualTo(Head.VALUE);
    assertThat(value.name()).isEqualTo(name).endsWith("ForSequenceClassification");
    assertThat(value.program().text()).contains("self.value_head(").contains("w[\"score.weight\"]");
    assertThat(causal.parameters()).noneMatch(x -> x.name().equals("score.weight"));
    assertThat(causal.keptPerToken()).isPositive();
  }

  @Test
  void llamaIsLlamaWhateverItsActivation() {
    Map<String, Object> keys = new HashMap<>(LlamaConfig.of(16, 8, 20, 1, 2).toMap());
    keys.put("hidden_act", "relu");
    ConfigReader reader = ConfigFile.of("config.json", Json.pretty(keys)).reader();
    assertThat(Families.standard().get("llama").read(reader).program().text())
        .contains("return torch.relu(x)");
  }

  private static ConfigReader keys(Object... more) {
    return reader(map(more), 16);
  }

  private static Map<String, Object> map(Object... more) {
    Map<String, Object> keys = new LinkedHashMap<>();
    for (int i = 0; i < more.length; i += 2) {
      keys.put((String) more[i], more[i + 1]);
    }
    return keys;
  }

  private static ConfigReader reader(Map<String, Object> more, int heads) {
    Map<String, Object> keys =
        map(
            "vocab_size",
            16,
            "hidden_size",
            2 * heads,
            "intermediate_size",
            20,
            "num_hidden_layers",
            2,
            "num_attention_heads",
            heads);
    keys.putAll(more);
    if (more.containsKey("num_attention_heads")) {
      keys.put("hidden_size", 128);
    }
    return ConfigFile.of("config.json", Json.pretty(keys)).reader();
  }
}
