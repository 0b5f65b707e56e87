package dev.tenon.nn.family.llama;

import dev.tenon.model.Head;
import dev.tenon.nn.config.ConfigReader;
import dev.tenon.nn.family.Architecture;
import dev.tenon.nn.family.Family;
import dev.tenon.nn.family.HeadKeys;
import dev.tenon.nn.family.decoder.Decoder;
import dev.tenon.nn.family.decoder.LayerWindows;
import dev.tenon.nn.script.ScriptText;
import java.util.Map;

/**
 * Llama with a causal-lm or a value head (Touvron et al. 2023; transformers modeling_llama.py). Its
 * program is {@code llama.torchscript} beside this class.
 */
public final class Llama implements Family {
  static final String MODEL_TYPE = "llama";
  static final String ARCHITECTURE = "LlamaForCausalLM";
  private static final Map<Head, String> ARCHITECTURES =
      Map.of(Head.CAUSAL_LM, ARCHITECTURE, Head.VALUE, "LlamaForSequenceClassification");

  /** The family. */
  public Llama() {}

  @Override
  public String modelType() {
    return MODEL_TYPE;
  }

  @Override
  public Map<Head, String> architectures() {
    return ARCHITECTURES;
  }

  @Override
  public Architecture read(ConfigReader config) {
    Head head = HeadKeys.read(config, ARCHITECTURES);
    return architecture(LlamaConfig.read(config), head);
  }

  /** The causal-lm network that a configuration describes. */
  public static Architecture architecture(LlamaConfig config) {
    return architecture(config, Head.CAUSAL_LM);
  }

  /**
   * The network that a configuration describes.
   *
   * @param head CAUSAL_LM or VALUE
   */
  public static Architecture architecture(LlamaConfig config, Head head) {
    String name = String.valueOf(ARCHITECTURES.get(head));
    LayerWindows windows = LayerWindows.none(config.decoder().numHiddenLayers());
    Decoder decoder = new Decoder(name, head, config.decoder(), windows, 1);
    boolean attention = config.attentionBias();
    return decoder.architecture(
        (table, layer) -> table.block(layer, attention, attention, config.mlpBias()),
        Map.of(),
        decoder.keptByAttention() + decoder.keptByMlp(),
        Decoder.attention(),
        text());
  }

  /** The block of Llama and of families that differ in numbers only. */
  public static String text() {
    return ScriptText.resource(Llama.class, "llama.torchscript");
  }
}
