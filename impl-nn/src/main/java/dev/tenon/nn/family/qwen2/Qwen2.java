package dev.tenon.nn.family.qwen2;

import dev.tenon.model.Head;
import dev.tenon.nn.config.ConfigReader;
import dev.tenon.nn.family.Architecture;
import dev.tenon.nn.family.Family;
import dev.tenon.nn.family.HeadKeys;
import dev.tenon.nn.family.decoder.Decoder;
import dev.tenon.nn.family.llama.Llama;
import java.util.Map;

/**
 * Qwen2 with a causal-lm or a value head (Yang et al. 2024; transformers modeling_qwen2.py):
 * Llama's program with biases on queries, keys and values, and windows in some layers.
 */
public final class Qwen2 implements Family {
  private static final Map<Head, String> ARCHITECTURES =
      Map.of(Head.CAUSAL_LM, "Qwen2ForCausalLM", Head.VALUE, "Qwen2ForSequenceClassification");

  /** The family. */
  public Qwen2() {}

  @Override
  public String modelType() {
    return "qwen2";
  }

  @Override
  public Map<Head, String> architectures() {
    return ARCHITECTURES;
  }

  @Override
  public Architecture read(ConfigReader config) {
    Head head = HeadKeys.read(config, ARCHITECTURES);
    return architecture(Qwen2Config.read(config), head);
  }

  /**
   * The network that a configuration describes.
   *
   * @param head CAUSAL_LM or VALUE
   */
  public static Architecture architecture(Qwen2Config config, Head head) {
    String name = String.valueOf(ARCHITECTURES.get(head));
    Decoder decoder = new Decoder(name, head, config.decoder(), config.windows(), 1);
    return decoder.architecture(
        (table, layer) -> table.block(layer, true, false, false),
        Map.of(),
        decoder.keptByAttention() + decoder.keptByMlp(),
        Decoder.attention(),
        Llama.text());
  }
}
