package dev.tenon.nn.family.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Json;
import dev.tenon.nn.Resources;
import dev.tenon.nn.config.ConfigFile;
import dev.tenon.nn.family.llama.LlamaConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against {@code rope.json}, which {@code generator/rope/make.py} wrote with transformers. */
class RopeTest {
  /**
   * An F32 power is off by one unit in the last place here and there, and so is each step after.
   */
  private static final int ULPS = 4;

  static Stream<Map<?, ?>> cases() {
    List<?> cases = (List<?>) Resources.json(Resources.path("family/rope.json")).get("cases");
    return cases.stream().map(x -> (Map<?, ?>) x);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void hasTheAnglesOfTransformers(Map<?, ?> expected) {
    DecoderConfig config = read((Map<?, ?>) expected.get("config")).decoder();

    check(config, expected);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whatItWritesHasTheSameAngles(Map<?, ?> expected) {
    LlamaConfig config = read((Map<?, ?>) expected.get("config"));

    check(read(config.toMap()).decoder(), expected);
  }

  private static void check(DecoderConfig config, Map<?, ?> expected) {
    List<?> angles = (List<?>) expected.get("inv_freq");
    float[] found = config.rope().inverseFrequencies(config.headDim());
    assertThat(found).hasSize(angles.size());
    for (int i = 0; i < found.length; i++) {
      float exact = ((Number) angles.get(i)).floatValue();
      assertThat(found[i]).as("pair " + i).isCloseTo(exact, within(ULPS * Math.ulp(exact)));
    }
    assertThat(config.rope().attentionScaling())
        .isCloseTo(((Number) expected.get("attention_scaling")).doubleValue(), within(1e-12));
  }

  @Test
  void sequencesMayBeAsLongAsTheContextWasStretchedTo() {
    RopeScaling yarn = new RopeScaling.Yarn(4, 32768, 1, 32, 1, true);
    assertThat(new RopeScaling.Linear(4).positions(4096)).isEqualTo(16384);
    assertThat(yarn.positions(32768)).isEqualTo(131072);
    assertThat(yarn.positions(131072)).isEqualTo(131072);
    assertThat(new RopeScaling.Dynamic(4, 4096).positions(4096)).isEqualTo(4096);
    assertThat(new RopeScaling.Linear(0.5).positions(4096)).isEqualTo(4096);
    assertThat(new RopeScaling.Linear(1e9).positions(4096)).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void refusesWhatItDoesNotDoByKey() {
    unsupported(Map.of("rope_type", "longrope"), "rope_parameters.rope_type: \"longrope\"");
    unsupported(Map.of("type", "proportional"), "rope_parameters.type");
    unsupported(
        Map.of("rope_type", "default", "partial_rotary_factor", 0.5),
        "rope_parameters.partial_rotary_factor");
    Map<String, ?> nested = Map.of("rope_type", "default", "rope_theta", 1e4);
    unsupported(
        Map.of("full_attention", nested, "sliding_attention", nested),
        "rope_parameters.sliding_attention");
  }

  @Test
  void wrongNumbersAreToldByKey() {
    wrong(Map.of("rope_type", "linear"), "rope_parameters.factor: missing");
    wrong(Map.of("rope_type", "linear", "factor", 0.5), "rope_parameters.factor: 0.5");
    wrong(Map.of("rope_type", "yarn", "factor", 2, "beta_fast", -1), "rope_parameters.beta_fast");
    wrong(Map.of("rope_type", "yarn", "factor", 2, "mscale", "x"), "rope_parameters.mscale");
    Map<String, Object> narrow = sizes(Map.of("rope_type", "dynamic", "factor", 2.0));
    narrow.put("head_dim", 2);
    assertThatThrownBy(() -> read(narrow)).hasMessageContaining("head_dim: 2");
  }

  private static void unsupported(Map<String, ?> rope, String message) {
    assertThatThrownBy(() -> read(sizes(rope)))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining(message);
  }

  private static void wrong(Map<String, ?> rope, String message) {
    assertThatThrownBy(() -> read(sizes(rope)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message);
  }

  private static Map<String, Object> sizes(Map<String, ?> rope) {
    Map<String, Object> keys = new LinkedHashMap<>(LlamaConfig.of(16, 8, 20, 1, 2).toMap());
    keys.remove("rope_theta");
    keys.put("rope_parameters", rope);
    return keys;
  }

  private static LlamaConfig read(Map<?, ?> keys) {
    return LlamaConfig.read(ConfigFile.of("config.json", Json.pretty(keys)).reader());
  }
}
