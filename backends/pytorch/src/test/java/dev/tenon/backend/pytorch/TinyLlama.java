package dev.tenon.backend.pytorch;

import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.nn.HfModels;
import dev.tenon.nn.family.llama.LlamaConfig;
import dev.tenon.objective.BatchField;
import dev.tenon.objective.Objective;
import dev.tenon.objective.TextObjective;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.FieldKind;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** A small network with random weights, and batches for it. */
public final class TinyLlama {
  public static final int VOCABULARY = 29;

  private static final LlamaConfig CONFIG =
      LlamaConfig.of(VOCABULARY, 24, 40, 2, 4).withKeyValueHeads(2).withBiases(true, false);

  private TinyLlama() {}

  public static Model create(boolean tied) {
    return create(CONFIG.withTiedHead(tied));
  }

  /** With dropout of attention weights in training. */
  public static Model withDropout(double probability) {
    return create(CONFIG.withTiedHead(true).withAttentionDropout(probability));
  }

  /** Many narrow layers, so that activations outweigh everything else. */
  public static Model deep() {
    return create(LlamaConfig.of(VOCABULARY, 128, 512, 24, 4));
  }

  /** With a value head. */
  public static Model withValues() {
    Map<String, Object> keys = new LinkedHashMap<>(CONFIG.toMap());
    keys.put("architectures", List.of("LlamaForSequenceClassification"));
    keys.put("num_labels", 1);
    return create(keys);
  }

  private static Model create(LlamaConfig config) {
    return create(config.toMap());
  }

  /** With the keys of a config.json of any family. */
  public static Model create(Map<String, Object> keys) {
    return HfModels.create("tiny", Device.cpu(), keys, tokenizer(), 7);
  }

  public static Path tokenizer() {
    try {
      return Path.of(TinyLlama.class.getResource("tokenizer").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Random tokens; a third of them is to be learned. */
  public static NamedArray batch(long seed, int... lengths) {
    Random random = new Random(seed);
    int tokens = IntStream.of(lengths).sum();
    long[] ids = random.longs(tokens, 0, VOCABULARY).toArray();
    boolean[] learned = new boolean[tokens];
    for (int i = 0; i < tokens; i++) {
      learned[i] = random.nextInt(3) == 0 || i == 1;
    }
    TensorData mask = TensorData.ofBooleans(learned, tokens);
    return NamedArray.builder(Items.ofLengths(lengths))
        .put("input_ids", TensorData.ofLongs(ids, tokens))
        .put("loss_mask", mask)
        .put("output_mask", mask)
        .build();
  }

  /** Mean of -log p over the tokens to learn. */
  public static TextObjective crossEntropy() {
    return Objective.of(
        "cross-entropy",
        OutputRequest.of(Output.TOKEN_LOGPROBS),
        List.of(new BatchField("loss_mask", FieldKind.TOKEN, DType.BOOL)),
        """
        def mask(self, batch: Dict[str, Tensor]) -> Tensor:
          return torch.index_select(batch["loss_mask"], 0, batch["target_index"]).float()
        def weight(self, batch: Dict[str, Tensor], hp: Dict[str, float]) -> Tensor:
          return torch.sum(self.mask(batch))
        def loss(self, out: Dict[str, Tensor], batch: Dict[str, Tensor], hp: Dict[str, float]) -> Dict[str, Tensor]:
          return {"loss": -torch.sum(out["token_logprobs"] * self.mask(batch))}
        """);
  }

  /** The same with an infinite loss. */
  public static Objective notFinite() {
    TextObjective sound = crossEntropy();
    return Objective.of(
        "broken",
        sound.outputs(),
        sound.fields(),
        sound.text().replace("-torch.sum(", "-1. / 0. * torch.sum("));
  }
}
