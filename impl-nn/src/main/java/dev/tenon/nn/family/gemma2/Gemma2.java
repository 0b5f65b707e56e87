package dev.tenon.nn.family.gemma2;

import dev.tenon.model.Head;
import dev.tenon.nn.config.ConfigReader;
import dev.tenon.nn.family.Architecture;
import dev.tenon.nn.family.Family;
import dev.tenon.nn.family.HeadKeys;
import dev.tenon.nn.family.decoder.Decoder;
import dev.tenon.nn.family.decoder.DecoderTable;
import dev.tenon.nn.family.gemma.Gemma;
import dev.tenon.nn.script.ScriptText;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Gemma 2 with a causal-lm or a value head (Gemma Team 2024; transformers modeling_gemma2.py). Its
 * program is {@code gemma2.torchscript} beside this class.
 */
public final class Gemma2 implements Family {
  private static final Map<Head, String> ARCHITECTURES =
      Map.of(Head.CAUSAL_LM, "Gemma2ForCausalLM", Head.VALUE, "Gemma2ForSequenceClassification");

  /** The family. */
  public Gemma2() {}

  @Override
  public String modelType() {
    return "gemma2";
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
    return architecture(Gemma2Config.read(config), head);
  }

  /**
   * The network that a configuration describes.
   *
   * @param head CAUSAL_LM or VALUE
   */
  public static Architecture architecture(Gemma2Config config, Head head) {
    String name = String.valueOf(ARCHITECTURES.get(head));
    Decoder decoder = new Decoder(name, head, config.decoder(), config.windows(), 0);
    return decoder.architecture(
        (table, layer) -> block(table, layer, config.attentionBias()),
        literals(config, head),
        decoder.keptByAttention() + decoder.keptByMlp() + keptBeyond(config),
        ScriptText.resource(Gemma2.class, "gemma2.torchscript"));
  }

  private static void block(DecoderTable table, int layer, boolean bias) {
    table.norm(layer, "input_layernorm");
    table.attention(layer, bias, bias);
    table.norm(layer, "post_attention_layernorm");
    table.norm(layer, "pre_feedforward_layernorm");
    table.mlp(layer, false);
    table.norm(layer, "post_feedforward_layernorm");
  }

  private static Map<String, String> literals(Gemma2Config config, Head head) {
    double attentionCap = config.attnLogitSoftcapping().orElse(0);
    double finalCap = config.finalLogitSoftcapping().orElse(0);
    double factor = Math.pow(config.queryPreAttnScalar(), -0.5);
    Map<String, String> literals = new LinkedHashMap<>();
    literals.put("EMBEDDING_SCALE", Gemma.embeddingScale(config.decoder().hiddenSize()));
    literals.put("ATTENTION_CAP", ScriptText.literal(attentionCap));
    literals.put(
        "QUERY_FACTOR", ScriptText.literal(attentionCap > 0 ? factor / attentionCap : factor));
    literals.put("FINAL_CAP", ScriptText.literal(finalCap));
    if (head == Head.CAUSAL_LM && finalCap > 0) {
      literals.put("HEAD", "soft_capped");
    }
    return literals;
  }

  /**
   * Two norms more, and the scores: one number per head and token seen, three times. A row as long
   * as the window is the guess for what a token sees.
   */
  private static long keptBeyond(Gemma2Config config) {
    long seen = Math.max(1, config.windows().size());
    return 6L * config.decoder().hiddenSize() + 2 + 3 * seen * config.decoder().numAttentionHeads();
  }
}
