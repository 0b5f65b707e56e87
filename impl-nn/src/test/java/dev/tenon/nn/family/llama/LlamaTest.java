package dev.tenon.nn.family.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.model.Parameter;
import dev.tenon.model.Parameter.Stage;
import dev.tenon.nn.Resources;
import dev.tenon.nn.config.ConfigFile;
import dev.tenon.nn.family.Architecture;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LlamaTest {
  @ParameterizedTest
  @ValueSource(strings = {"llama", "llama-rope3-sharded", "llama-bf16-v4config"})
  void hasTheParametersOfTransformers(String folder) {
    Map<String, Object> shapes = new LinkedHashMap<>();
    architecture(folder).parameters().forEach(x -> shapes.put(x.name(), x.shape().dims()));
    assertThat(shapes).containsExactlyInAnyOrderEntriesOf(parameters(folder));
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "llama-rope3-sharded", "llama-bf16-v4config"})
  void hasTheRotaryFrequenciesOfTransformers(String folder) {
    LlamaConfig config = config(folder);
    List<?> expected = (List<?>) reference(folder).get("inv_freq");
    float[] found = config.decoder().rope().inverseFrequencies(config.decoder().headDim());
    assertThat(found).hasSize(expected.size());
    for (int i = 0; i < found.length; i++) {
      float exact = ((Number) expected.get(i)).floatValue();
      assertThat(found[i]).isCloseTo(exact, within(2 * Math.ulp(exact)));
    }
  }

  @Test
  void readsBothSpellings() {
    assertThat(config("llama-rope3-sharded").decoder().rope())
        .hasToString(
            "Rope[theta=10000.0, scaling=Optional[Llama3[factor=8.0, lowFreqFactor=1.0,"
                + " highFreqFactor=4.0, originalMaxPositionEmbeddings=32]]]");
    assertThat(config("llama-bf16-v4config").decoder().rope())
        .hasToString(
            "Rope[theta=500000.0, scaling=Optional[Llama3[factor=32.0, lowFreqFactor=1.0,"
                + " highFreqFactor=4.0, originalMaxPositionEmbeddings=64]]]");
  }

  @Test
  void onlyProjectionsAndAnUntiedHeadDecay() {
    Map<Boolean, List<String>> names =
        architecture("llama-rope3-sharded").parameters().stream()
            .collect(
                Collectors.groupingBy(
                    Parameter::decay, Collectors.mapping(Parameter::name, Collectors.toList())));
    assertThat(names.get(true))
        .allMatch(x -> x.endsWith("_proj.weight") || x.equals("lm_head.weight"));
    assertThat(names.get(false))
        .allMatch(x -> x.endsWith(".bias") || x.contains("norm") || x.contains("embed_tokens"));
    assertThat(names.get(true)).contains("lm_head.weight");
  }

  @Test
  void aTiedHeadIsOneParameterOfTwoStages() {
    Architecture tied = architecture("llama-bf16-v4config");
    Parameter embedding = tied.parameters().get(0);
    assertThat(embedding.stage()).isEqualTo(Stage.EMBED);
    assertThat(embedding.alsoUsedBy()).containsExactly(Stage.HEAD);
    assertThat(tied.program().text())
        .contains("w[\"model.embed_tokens.weight\"], None")
        .doesNotContain("lm_head.weight\"");
    assertThat(architecture("llama").program().text()).contains("w[\"lm_head.weight\"]");
  }

  @Test
  void keysInBlocksAreNamesLessTheLayer() {
    Parameter first = architecture("llama").parameters().get(1);
    assertThat(first.name()).isEqualTo("model.layers.0.input_layernorm.weight");
    assertThat(first.key()).isEqualTo("input_layernorm.weight");
  }

  @Test
  void theProgramIsCompleteButForThePrecision() {
    String text = architecture("llama").program().text();
    String code = text.replaceAll("#.*", "").replace("$PACKED", "");
    assertThat(code)
        .doesNotContain("$")
        .contains("[1.0, 0.10000000149011612, 0.009999999776482582, 0.0010000000474974513]");
    assertThat(text)
        .contains(
            "def cached_attention",
            "def block_step",
            "torch.rms_norm(x, [x.size(-1)], self.gain(w), 1.0e-5)");
  }

  private static Architecture architecture(String folder) {
    return Llama.architecture(config(folder));
  }

  private static LlamaConfig config(String folder) {
    return LlamaConfig.read(ConfigFile.read(directory(folder).resolve("config.json")).reader());
  }

  private static Path directory(String folder) {
    return Resources.path("families/" + folder);
  }

  private static Map<String, Object> reference(String folder) {
    return Resources.json(directory(folder).resolve("reference.json"));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> parameters(String folder) {
    return (Map<String, Object>) reference(folder).get("parameters");
  }
}
