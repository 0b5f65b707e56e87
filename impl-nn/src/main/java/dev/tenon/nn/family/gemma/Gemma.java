package dev.tenon.nn.family.gemma;

import dev.tenon.model.Head;
import dev.tenon.nn.config.ConfigReader;
import dev.tenon.nn.family.Architecture;
import dev.tenon.nn.family.Family;
import dev.tenon.nn.family.HeadKeys;
import dev.tenon.nn.family.decoder.Decoder;
import dev.tenon.nn.family.decoder.LayerWindows;
import dev.tenon.nn.script.ScriptText;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Gemma with a causal-lm or a value head (Gemma Team 2024; transformers modeling_gemma.py). Its
 * program is {@code gemma.torchscript} beside this class.
 */
public final class Gemma implements Family {
  private static final Map<Head, String> ARCHITECTURES =
      Map.of(Head.CAUSAL_LM, "GemmaForCausalLM", Head.VALUE, "GemmaForSequenceClassification");

  /** The family. */
  public Gemma() {}

  @Override
  public String modelType() {
    return "gemma";
  }

  @Override
  public Map<Head, String> architectures() {
    return ARCHITECTURES;
  }

  @Override
  public OptionalInt padTokenId() {
    return OptionalInt.of(0);
  }

  @Override
  public Architecture read(ConfigReader config) {
    Head head = HeadKeys.read(config, ARCHITECTURES);
    return architecture(GemmaConfig.read(config), head);
  }

  /**
   * The network that a configuration describes.
   *
   * @param head CAUSAL_LM or VALUE
   */
  public static Architecture architecture(GemmaConfig config, Head head) {
    String name = String.valueOf(ARCHITECTURES.get(head));
    LayerWindows windows = LayerWindows.none(config.decoder().numHiddenLayers());
    Decoder decoder = new Decoder(name, head, config.decoder(), windows, 0);
    return decoder.architecture(
        (table, layer) -> table.block(layer, config.attentionBias(), config.attentionBias(), false),
        Map.of("EMBEDDING_SCALE", embeddingScale(config.decoder().hiddenSize())),
        decoder.keptByAttention() + decoder.keptByMlp(),
        Decoder.attention(),
        ScriptText.resource(Gemma.class, "gemma.torchscript"));
  }

  /** What Gemma and Gemma 2 multiply embeddings with: the root of H, a literal of their texts. */
  public static String embeddingScale(int hiddenSize) {
    return ScriptText.literal(Math.sqrt(hiddenSize));
  }
}
