package dev.tenon.nn;

import dev.tenon.internal.Json;
import dev.tenon.model.Model;
import dev.tenon.model.ModelRegistry;
import dev.tenon.model.Tokenizer;
import dev.tenon.nn.checkpoint.Families;
import dev.tenon.nn.checkpoint.HfCheckpoint;
import dev.tenon.nn.config.ConfigFile;
import dev.tenon.nn.lora.LoraWrapper;
import dev.tenon.nn.tokenizer.HfTokenizer;
import dev.tenon.tensor.Device;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Models in HuggingFace's layout: from a checkpoint, or new ones from a configuration. */
public final class HfModels {
  private HfModels() {}

  /**
   * A new registry with this module's factories: {@code hf} (arguments {@code path}, the directory
   * of a checkpoint, {@code head}, {@code seed}) and {@code hf-from-config} (arguments {@code
   * config}, {@code tokenizer}, {@code seed}: a model that has learned nothing), and its wrapper
   * {@code lora} ({@link LoraWrapper}).
   */
  public static ModelRegistry registry() {
    ModelRegistry registry = new ModelRegistry();
    registry.register(new HfModelFactory());
    registry.register(new HfConfigModelFactory());
    registry.register(new LoraWrapper());
    return registry;
  }

  /**
   * A model that has learned nothing.
   *
   * @param name the instance's name
   * @param device where it is to run
   * @param config the keys of its config.json, {@code model_type} among them; {@link
   *     dev.tenon.nn.family.llama.LlamaConfig#toMap} makes one. Without bos and eos they become the
   *     tokenizer's
   * @param tokenizerDirectory with tokenizer.json and its companions
   * @param seed of the weights
   */
  public static Model create(
      String name, Device device, Map<String, ?> config, Path tokenizerDirectory, long seed) {
    Map<String, Object> keys = new LinkedHashMap<>(config);
    addTokens(keys, HfTokenizer.open(tokenizerDirectory));
    ConfigFile file = ConfigFile.of("config.json", Json.pretty(keys));
    return HfCheckpoint.create(file, tokenizerDirectory, seed, Families.standard())
        .model(name, device);
  }

  /** transformers would otherwise assume ids of its own. */
  private static void addTokens(Map<String, Object> keys, Tokenizer tokenizer) {
    if (!keys.containsKey("bos_token_id") && tokenizer.bosTokenId().isPresent()) {
      keys.put("bos_token_id", tokenizer.bosTokenId().getAsLong());
    }
    List<Long> eos = tokenizer.eosTokenIds().stream().boxed().toList();
    if (!keys.containsKey("eos_token_id") && !eos.isEmpty()) {
      keys.put("eos_token_id", eos.size() == 1 ? eos.get(0) : eos);
    }
  }
}
