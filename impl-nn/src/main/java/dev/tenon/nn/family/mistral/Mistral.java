package dev.tenon.nn.family.mistral;

import dev.tenon.model.Head;
import dev.tenon.nn.config.ConfigReader;
import dev.tenon.nn.family.Architecture;
import dev.tenon.nn.family.Family;
import dev.tenon.nn.family.HeadKeys;
import dev.tenon.nn.family.decoder.Decoder;
import dev.tenon.nn.family.llama.Llama;
import java.util.Map;

/**
 * Mistral with a causal-lm or a value head (Jiang et al. 2023; transformers modeling_mistral.py):
 * Llama's program with a window over all layers, and without biases.
 */
public final class Mistral implements Family {
  private static final Map<Head, String> ARCHITECTURES =
      Map.of(Head.CAUSAL_LM, "MistralForCausalLM", Head.VALUE, "MistralForSequenceClassification");

  /** The family. */
  public Mistral() {}

  @Override
  public String modelType() {
    return "mistral";
  }

  @Override
  public Map<Head, String> architectures() {
    return ARCHITECTURES;
  }

  @Override
  public Architecture read(ConfigReader config) {
    Head head = HeadKeys.read(config, ARCHITECTURES);
    return architecture(MistralConfig.read(config), head);
  }

  /**
   * The network that a configuration describes.
   *
   * @param head CAUSAL_LM or VALUE
   */
  public static Architecture architecture(MistralConfig config, Head head) {
    String name = String.valueOf(ARCHITECTURES.get(head));
    Decoder decoder = new Decoder(name, head, config.decoder(), config.windows(), 1);
    return decoder.architecture(
        (table, layer) -> table.block(layer, false, false, false),
        Map.of(),
        decoder.keptByAttention() + decoder.keptByMlp(),
        Decoder.attention(),
        Llama.text());
  }
}
