package dev.tenon.nn.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.checkpoint.HostWeights;
import dev.tenon.checkpoint.SafetensorsFile;
import dev.tenon.checkpoint.ShardedWriter;
import dev.tenon.checkpoint.Weights;
import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Json;
import dev.tenon.model.Model;
import dev.tenon.model.Network;
import dev.tenon.nn.HfModels;
import dev.tenon.nn.Resources;
import dev.tenon.nn.family.gpt2.Gpt2Config;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.ModelConfig;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which layers get adapters, what is written and read, and what is refused. */
class LoraNetworkTest {
  private static final LoraConfig QUERIES = LoraConfig.rank(2).targets(List.of("q_proj"));
  private static final String A = "model.layers.1.self_attn.q_proj.lora_A.weight";
  private static final String B = "model.layers.1.self_attn.q_proj.lora_B.weight";

  @TempDir private Path scratch;

  private static ModelConfig llamaConfig() {
    return ModelConfig.of(
        "hf-from-config", Arguments.of("config", Resources.path("families/llama")));
  }

  private static Network base(String family) {
    if (family.equals("llama")) {
      return HfModels.registry().create(llamaConfig(), "base", Device.cpu()).network();
    }
    Map<String, Object> keys = Gpt2Config.of(340, 24, 2, 4).toMap();
    return HfModels.create("base", Device.cpu(), keys, Resources.path("families/llama"), 1)
        .network();
  }

  private static LoraNetwork llama(LoraConfig config) {
    return LoraNetwork.create(base("llama"), config, 1);
  }

  private Path written(LoraNetwork network) throws IOException {
    Path directory = Files.createDirectory(scratch.resolve("adapter"));
    network.save(directory, network.weights());
    return directory;
  }

  @Test
  void targetsAreModulesByTheirLastParts() {
    assertThat(llama(QUERIES).targets())
        .allMatch(x -> x.endsWith(".self_attn.q_proj"))
        .hasSize(base("llama").program().layers());
    assertThat(llama(QUERIES.targets(List.of("layers.1.mlp.up_proj"))).targets())
        .containsExactly("model.layers.1.mlp.up_proj");
    assertThat(llama(LoraConfig.rank(2)).targets())
        .hasSize(7 * base("llama").program().layers())
        .noneMatch(x -> x.contains("lm_head"));
    assertThat(LoraNetwork.create(base("gpt2"), LoraConfig.rank(2), 1).targets())
        .hasSize(4 * base("gpt2").program().layers());
  }

  @Test
  void adaptersBeginAsInPeft() {
    LoraNetwork network = llama(QUERIES);
    TensorData a = network.weights().read(A);
    assertThat(a.shape().toArray()).containsExactly(2, 42);
    double bound = 1 / Math.sqrt(42);
    double sum = 0;
    for (float x : a.toFloats()) {
      assertThat(Math.abs(x)).isLessThan((float) bound);
      sum += x * x;
    }
    // The variance of 84 uniform numbers is that of one, bound^2 / 3, within a third.
    assertThat(sum / 84).isBetween(bound * bound / 4.5, bound * bound / 2.25);
    assertThat(network.weights().read(B)).isEqualTo(TensorData.zeros(a.dtype(), 48, 2));
    assertThat(llama(QUERIES).weights().read(A)).isEqualTo(a);
    assertThat(LoraNetwork.create(base("llama"), QUERIES, 2).weights().read(A)).isNotEqualTo(a);
  }

  @Test
  void theTextAroundTheFamilysNamesEveryTargetOnce() {
    assertThat(llama(QUERIES).program().text())
        .contains("def plain_block(", "annotate(List[str], [\"self_attn.q_proj\"])")
        .doesNotContain("$KEYS");
  }

  @ParameterizedTest
  @CsvSource({
    "q_prj, InvalidInputException",
    "proj, InvalidInputException",
    "embed_tokens, UnsupportedFeatureException",
    "lm_head, UnsupportedFeatureException",
    "input_layernorm, UnsupportedFeatureException",
  })
  void targetsWithoutAPlaceForAnAdapterAreRefused(String target, String type) {
    assertThatThrownBy(() -> llama(QUERIES.targets(List.of("q_proj", target))))
        .hasMessageContaining(target)
        .satisfies(e -> assertThat(e.getClass().getSimpleName()).isEqualTo(type));
  }

  @Test
  void wrongConfigurationsAreRefusedTogether() {
    assertThatThrownBy(() -> new LoraConfig(0, -1, 1, List.of(), false, List.of()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("lora rank: 0")
        .hasMessageContaining("lora alpha: -1")
        .hasMessageContaining("lora dropout: 1")
        .hasMessageContaining("lora targets: []");
  }

  @Test
  void aTiedWeightCannotBeSavedAsAModule() {
    assertThatThrownBy(
            () ->
                LoraNetwork.create(
                    base("gpt2"), LoraConfig.rank(2).modulesToSave(List.of("wte")), 1))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("transformer.wte.weight");
  }

  @Test
  void filesHavePeftsNamesAndAreReadBack() throws IOException {
    LoraNetwork network = llama(QUERIES.modulesToSave(List.of("lm_head")).dropout(0.1));
    Path directory = written(network);
    assertThat(Json.readObject(directory.resolve("adapter_config.json")).toMap().toString())
        .contains("peft_type=LORA", "r=2", "target_modules=[q_proj]", "modules_to_save=[lm_head]")
        .contains("task_type=CAUSAL_LM", "fan_in_fan_out=false", "lora_dropout=0.1");
    assertThat(SafetensorsFile.open(directory.resolve("adapter_model.safetensors")).names())
        .contains("base_model.model." + A, "base_model.model.lm_head.weight")
        .hasSize(2 * base("llama").program().layers() + 1);
    LoraNetwork again = LoraNetwork.open(base("llama"), directory);
    assertThat(again.config()).isEqualTo(network.config());
    assertThat(again.weights().read(A)).isEqualTo(network.weights().read(A));
    assertThat(again.saved(directory).names())
        .containsExactlyInAnyOrderElementsOf(again.trainable());
  }

  @Test
  void theWrapperTakesArgumentsOrADirectory() throws IOException {
    ModelConfig plain = llamaConfig();
    Map<String, Object> arguments = new LinkedHashMap<>();
    arguments.put("rank", 4);
    arguments.put("targets", List.of("q_proj", "v_proj"));
    Model model =
        HfModels.registry()
            .create(plain.wrappedIn("lora", Arguments.of(arguments)), "a", Device.cpu());
    LoraNetwork network = (LoraNetwork) model.network();
    assertThat(network.config())
        .isEqualTo(new LoraConfig(4, 4, 0, List.of("q_proj", "v_proj"), false, List.of()));
    Arguments directory = Arguments.of("adapter", written(network));
    assertThat(
            HfModels.registry()
                .create(plain.wrappedIn("lora", directory), "a", Device.cpu())
                .network()
                .weights()
                .read(A))
        .isEqualTo(network.weights().read(A));
    assertThatThrownBy(
            () ->
                HfModels.registry()
                    .create(plain.wrappedIn("lora", directory.with("rank", 2)), "a", Device.cpu()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("adapter alone");
    assertThatThrownBy(
            () ->
                HfModels.registry()
                    .create(plain.wrappedIn("lora", Arguments.of("r", 2)), "a", Device.cpu()))
        .hasMessageContaining("did you mean rank?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "r | 0 | CheckpointException",
        "r | 1000000000 | CheckpointException",
        "r | \"8\" | CheckpointException",
        "r | 3 | CheckpointException",
        "lora_alpha | -1 | CheckpointException",
        "lora_alpha | \"big\" | CheckpointException",
        "lora_dropout | 1.5 | CheckpointException",
        "peft_type | \"IA3\" | UnsupportedFeatureException",
        "bias | \"all\" | UnsupportedFeatureException",
        "use_dora | true | UnsupportedFeatureException",
        "rank_pattern | {\"q_proj\": 4} | UnsupportedFeatureException",
        "layers_to_transform | [0] | UnsupportedFeatureException",
        "trainable_token_indices | [1] | UnsupportedFeatureException",
        "init_lora_weights | \"pissa\" | UnsupportedFeatureException",
        "some_new_key | 1 | UnsupportedFeatureException",
        "target_modules | [\"no_proj\"] | CheckpointException",
        "target_modules | [] | CheckpointException",
        "target_modules | [1] | CheckpointException",
        "target_modules | {} | CheckpointException",
        "target_modules | [\"q_proj\", \"v_proj\"] | CheckpointException",
        "modules_to_save | [\"lm_head\"] | CheckpointException",
      })
  void foreignConfigurationsAreRefusedByKey(String key, String value, String type)
      throws IOException {
    Path directory = written(llama(QUERIES));
    Path file = directory.resolve("adapter_config.json");
    Map<String, Object> keys = new LinkedHashMap<>(Json.readObject(file).toMap());
    keys.put(key, Json.parse(value.getBytes(StandardCharsets.UTF_8), "value"));
    Files.write(file, Json.prettyBytes(keys));
    assertThatThrownBy(() -> LoraNetwork.open(base("llama"), directory))
        .satisfies(e -> assertThat(e.getClass().getSimpleName()).isEqualTo(type))
        .hasMessageContaining(directory.getFileName().toString());
  }

  @Test
  void aRegularExpressionIsNotRunSinceTheTensorsTellTheModules() throws IOException {
    Path directory = written(llama(QUERIES));
    Path file = directory.resolve("adapter_config.json");
    Map<String, Object> keys = new LinkedHashMap<>(Json.readObject(file).toMap());
    keys.put("target_modules", ".*\\.self_attn\\.(q_proj)$");
    Files.write(file, Json.prettyBytes(keys));
    assertThat(LoraNetwork.open(base("llama"), directory).targets())
        .isEqualTo(llama(QUERIES).targets());
  }

  @Test
  void tensorsThatDoNotFitAreToldTogether() throws IOException {
    LoraNetwork network = llama(QUERIES);
    Path directory = written(network);
    Map<String, TensorData> tensors = new TreeMap<>();
    for (String name : network.trainable()) {
      tensors.put("base_model.model." + name, network.weights().read(name));
    }
    tensors.remove("base_model.model." + B);
    tensors.put("base_model.model." + A, TensorData.ofFloats(new float[84], 42, 2));
    tensors.put("base_model.model.other.lora_A.weight", TensorData.ofFloats(new float[2], 1, 2));
    Weights wrong = HostWeights.of(tensors);
    Map<String, Weights.Info> infos = new LinkedHashMap<>();
    wrong.names().forEach(x -> infos.put(x, wrong.info(x)));
    Files.delete(directory.resolve("adapter_model.safetensors"));
    ShardedWriter.write(directory, "adapter_model", infos, Map.of(), Long.MAX_VALUE, wrong::read);
    assertThatThrownBy(() -> LoraNetwork.open(base("llama"), directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(A + ": [42, 2]")
        .hasMessageContaining(B + ": missing")
        .hasMessageContaining("other.lora_A.weight: unknown");
  }

  @Test
  void picklesAndMissingFilesAreRefused() throws IOException {
    Path directory = written(llama(QUERIES));
    Path file = directory.resolve("adapter_model.safetensors");
    Files.write(file, new byte[] {(byte) 0x80, 4, 75, 1, '.'});
    assertThatThrownBy(() -> LoraNetwork.open(base("llama"), directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("pickle");
    Files.move(file, directory.resolve("adapter_model.bin"));
    assertThatThrownBy(() -> LoraNetwork.open(base("llama"), directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("adapter_model.bin: a pickle");
    Files.delete(directory.resolve("adapter_config.json"));
    assertThatThrownBy(() -> LoraNetwork.open(base("llama"), directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("adapter_config.json: missing");
  }
}
