package dev.tenon.backend.offload;

import dev.tenon.model.Model;
import dev.tenon.nn.HfModels;
import dev.tenon.nn.family.llama.LlamaConfig;
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

  private static final LlamaConfig CONFIG =
      LlamaConfig.of(VOCABULARY, 24, 40, 3, 4).withKeyValueHeads(2).withBiases(true, false);

  private TinyModels() {}

  static Model llama(boolean tied) {
    return create(CONFIG.withTiedHead(tied).toMap());
  }

  /** So large that stages are read ahead. */
  static Model wide() {
    return create(LlamaConfig.of(VOCABULARY, 256, 768, 2, 4).toMap());
  }

  static Model withDropout() {
    return create(CONFIG.withTiedHead(true).withAttentionDropout(0.3).toMap());
  }

  static Model withValues() {
    Map<String, Object> keys = new LinkedHashMap<>(CONFIG.toMap());
    keys.put("architectures", List.of("LlamaForSequenceClassification"));
    keys.put("num_labels", 1);
    return create(keys);
  }

  static Model create(Map<String, Object> keys) {
    return HfModels.create("tiny", Device.cpu(), keys, tokenizer(), 7);
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
    Random random = new Random(seed);
    int tokens = IntStream.of(lengths).sum();
    long[] ids = random.longs(tokens, 0, VOCABULARY).toArray();
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
