package dev.tenon.backend.sharded;

import dev.tenon.backend.testkit.objectives.ExampleObjectives;
import dev.tenon.model.Model;
import dev.tenon.nn.HfModels;
import dev.tenon.nn.lora.LoraConfig;
import dev.tenon.nn.lora.LoraNetwork;
import dev.tenon.objective.TextObjective;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;

/** Small networks with random weights, and batches for them. */
final class TinyModels {
  static final int VOCABULARY = 29;
  static final TextObjective SFT = ExampleObjectives.sft().text();

  private TinyModels() {}

  static Model llama() {
    return create("LlamaForCausalLM", Map.of("model_type", "llama", "tie_word_embeddings", true));
  }

  static Model qwen2() {
    return create("Qwen2ForCausalLM", Map.of("model_type", "qwen2", "tie_word_embeddings", false));
  }

  static Model adapters() {
    Model base = llama();
    return base.withModule(LoraNetwork.create(base.network(), LoraConfig.rank(3).alpha(5), 5));
  }

  /** 1.3 million weights, so that they outweigh buckets. */
  static Model wide() {
    return create(
        "LlamaForCausalLM",
        Map.of(
            "model_type",
            "llama",
            "hidden_size",
            128,
            "intermediate_size",
            512,
            "num_hidden_layers",
            5));
  }

  /** 82 million weights. */
  static Model large() {
    return create(
        "LlamaForCausalLM",
        Map.of(
            "model_type",
            "llama",
            "vocab_size",
            8192,
            "hidden_size",
            768,
            "intermediate_size",
            2048,
            "num_hidden_layers",
            12,
            "num_attention_heads",
            12,
            "num_key_value_heads",
            4,
            "max_position_embeddings",
            512,
            "tie_word_embeddings",
            true));
  }

  static Model gpt2() {
    return create(
        Map.of(
            "architectures",
            List.of("GPT2LMHeadModel"),
            "model_type",
            "gpt2",
            "vocab_size",
            VOCABULARY,
            "n_embd",
            24,
            "n_layer",
            2,
            "n_head",
            4,
            "n_positions",
            64,
            "resid_pdrop",
            0.0),
        Map.of("embd_pdrop", 0.0, "attn_pdrop", 0.0));
  }

  static Model withValues() {
    return create("LlamaForSequenceClassification", Map.of("model_type", "llama", "num_labels", 1));
  }

  private static Model create(String architecture, Map<String, Object> more) {
    return create(
        Map.of(
            "architectures",
            List.of(architecture),
            "vocab_size",
            VOCABULARY,
            "hidden_size",
            24,
            "intermediate_size",
            40,
            "num_hidden_layers",
            2,
            "num_attention_heads",
            4,
            "num_key_value_heads",
            2,
            "max_position_embeddings",
            64,
            "rms_norm_eps",
            1e-5),
        more);
  }

  private static Model create(Map<String, Object> keys, Map<String, Object> more) {
    Map<String, Object> all = new LinkedHashMap<>(keys);
    all.putAll(more);
    return HfModels.create("tiny", Device.cpu(), all, tokenizer(), 7);
  }

  private static Path tokenizer() {
    try {
      return Path.of(
          Objects.requireNonNull(TinyModels.class.getResource("tokenizer"), "tokenizer").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Random tokens; a third of them is to be learned. */
  static NamedArray batch(long seed, int... lengths) {
    return words(seed, VOCABULARY, lengths);
  }

  /** The same of another vocabulary. */
  static NamedArray words(long seed, int vocabulary, int... lengths) {
    Random random = new Random(seed);
    int tokens = IntStream.of(lengths).sum();
    long[] ids = random.longs(tokens, 0, vocabulary).toArray();
    boolean[] learned = new boolean[tokens];
    for (int i = 0; i < tokens; i++) {
      learned[i] = random.nextInt(3) == 0 || i == 1;
    }
    return NamedArray.builder(Items.ofLengths(lengths))
        .put("input_ids", TensorData.ofLongs(ids, tokens))
        .put("loss_mask", TensorData.ofBooleans(learned, tokens))
        .build();
  }
}
