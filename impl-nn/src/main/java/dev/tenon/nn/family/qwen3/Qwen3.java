package dev.tenon.nn.family.qwen3;

import dev.tenon.model.Head;
import dev.tenon.nn.config.ConfigReader;
import dev.tenon.nn.family.Architecture;
import dev.tenon.nn.family.Family;
import dev.tenon.nn.family.HeadKeys;
import dev.tenon.nn.family.decoder.Decoder;
import dev.tenon.nn.family.decoder.DecoderTable;
import dev.tenon.nn.script.ScriptText;
import java.util.Map;

/**
 * Qwen3 with a causal-lm or a value head (Yang et al. 2025; transformers modeling_qwen3.py). Its
 * program is {@code qwen3.torchscript} beside this class.
 */
public final class Qwen3 implements Family {
  private static final Map<Head, String> ARCHITECTURES =
      Map.of(Head.CAUSAL_LM, "Qwen3ForCausalLM", Head.VALUE, "Qwen3ForSequenceClassification");

  /** The family. */
  public Qwen3() {}

  @Override
  public String modelType() {
    return "qwen3";
  }

  @Override
  public Map<Head, String> architectures() {
    return ARCHITECTURES;
  }

  @Override
  public Architecture read(ConfigReader config) {
    Head head = HeadKeys.read(config, ARCHITECTURES);
    return architecture(Qwen3Config.read(config), head);
  }

  /**
   * The network that a configuration describes.
   *
   * @param head CAUSAL_LM or VALUE
   */
  public static Architecture architecture(Qwen3Config config, Head head) {
    String name = String.valueOf(ARCHITECTURES.get(head));
    Decoder decoder = new Decoder(name, head, config.decoder(), config.windows(), 1);
    return decoder.architecture(
        (table, layer) -> block(table, layer, config),
        Map.of(),
        decoder.keptByAttention() + decoder.keptByMlp() + keptByNorms(config),
        ScriptText.resource(Qwen3.class, "qwen3.torchscript"));
  }

  private static void block(DecoderTable table, int layer, Qwen3Config config) {
    int headDim = config.decoder().headDim();
    table.block(layer, config.attentionBias(), config.attentionBias(), false);
    table.norm(layer, "self_attn.q_norm", headDim);
    table.norm(layer, "self_attn.k_norm", headDim);
  }

  /** What the norms of queries and keys keep: input, before and after the weight, a root a head. */
  private static long keptByNorms(Qwen3Config config) {
    int heads = config.decoder().numAttentionHeads() + config.decoder().numKeyValueHeads();
    return heads * (2L * config.decoder().headDim() + 1);
  }
}
