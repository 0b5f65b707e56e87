package dev.tenon.backend.pytorch;

import dev.tenon.model.Head;
import dev.tenon.model.Model;
import dev.tenon.objective.Objective;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** That sequences side by side in one row have the gradients of sequences alone. */
class PackedRowsTest {
  /** So short on average that attention pads them, and so long that it takes them one by one. */
  private static final int[][] LENGTHS = {{9, 4, 17, 1, 12, 5}, {38, 33, 30, 36}};

  @ParameterizedTest
  @ValueSource(strings = {"llama", "mistral", "gemma2", "mixtral", "qwen3", "gpt2"})
  void ofADecoder(String family) {
    check(TinyLlama.create(decoder(family)), TinyLlama.crossEntropy(), false);
  }

  @ParameterizedTest
  @CsvSource({
    "bert, MASKED_LM",
    "roberta, POOLED_EMBEDDING",
    "distilbert, SEQUENCE_CLASSIFICATION"
  })
  void ofAnEncoder(String family, Head head) {
    check(TinyEncoder.create(family, head, 0), TinyEncoder.sines(head), true);
  }

  private static void check(Model network, Objective objective, boolean encoder) {
    FinetuneSpec spec = FinetuneSpec.steps(1).learningRate(1e-2);
    for (int[] lengths : LENGTHS) {
      NamedArray batch = encoder ? TinyEncoder.batch(3, lengths) : TinyLlama.batch(3, lengths);
      Gradients.assertClose(
          gradients(network, spec, batch, objective),
          gradients(network, spec.microBatchTokens(1), batch, objective));
    }
  }

  /** Less those of an encoder's key biases: 0 but for rounding, since softmax sees no shift. */
  private static Map<String, TensorData> gradients(
      Model network, FinetuneSpec spec, NamedArray batch, Objective objective) {
    Map<String, TensorData> gradients = Gradients.of(network, spec, batch, objective);
    gradients.keySet().removeIf(name -> name.matches(".*\\.(key|k_lin)\\.bias"));
    return gradients;
  }

  /** Windows of 8 tokens where the family has them. */
  private static Map<String, Object> decoder(String family) {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("model_type", family);
    keys.put("vocab_size", TinyLlama.VOCABULARY);
    keys.put("initializer_range", 0.3);
    if (family.equals("gpt2")) {
      keys.putAll(Map.of("n_embd", 24, "n_layer", 2, "n_head", 4, "n_positions", 64));
      keys.putAll(Map.of("resid_pdrop", 0, "embd_pdrop", 0, "attn_pdrop", 0));
      return keys;
    }
    keys.putAll(Map.of("hidden_size", 24, "intermediate_size", 40, "num_hidden_layers", 2));
    keys.putAll(Map.of("num_attention_heads", 4, "num_key_value_heads", 2, "head_dim", 6));
    keys.put("max_position_embeddings", 64);
    switch (family) {
      case "mistral" -> keys.put("sliding_window", 8);
      case "gemma2" -> keys.putAll(Map.of("sliding_window", 8, "query_pre_attn_scalar", 6));
      case "mixtral" -> keys.putAll(Map.of("num_local_experts", 4, "num_experts_per_tok", 2));
      default -> {}
    }
    return keys;
  }
}
