package dev.tenon.nn.family.mixtral;

import dev.tenon.model.Head;
import dev.tenon.model.Output;
import dev.tenon.nn.config.ConfigReader;
import dev.tenon.nn.family.Architecture;
import dev.tenon.nn.family.Family;
import dev.tenon.nn.family.HeadKeys;
import dev.tenon.nn.family.decoder.Decoder;
import dev.tenon.nn.family.decoder.DecoderConfig;
import dev.tenon.nn.family.decoder.DecoderTable;
import dev.tenon.nn.script.ScriptText;
import java.util.Map;
import java.util.Set;

/**
 * Mixtral with a causal-lm or a value head (Jiang et al. 2024; transformers modeling_mixtral.py).
 * Its program is {@code mixtral.torchscript} beside this class; engines also give ROUTER_LOGITS.
 */
public final class Mixtral implements Family {
  private static final Map<Head, String> ARCHITECTURES =
      Map.of(Head.CAUSAL_LM, "MixtralForCausalLM", Head.VALUE, "MixtralForSequenceClassification");

  /** The family. */
  public Mixtral() {}

  @Override
  public String modelType() {
    return "mixtral";
  }

  @Override
  public Map<Head, String> architectures() {
    return ARCHITECTURES;
  }

  @Override
  public Architecture read(ConfigReader config) {
    Head head = HeadKeys.read(config, ARCHITECTURES);
    return architecture(MixtralConfig.read(config), head);
  }

  /**
   * The network that a configuration describes.
   *
   * @param head CAUSAL_LM or VALUE
   */
  public static Architecture architecture(MixtralConfig config, Head head) {
    String name = String.valueOf(ARCHITECTURES.get(head));
    Decoder decoder =
        new Decoder(
            name, head, config.decoder(), config.windows(), 1, Set.of(Output.ROUTER_LOGITS));
    return decoder.architecture(
        (table, layer) -> block(table, layer, config),
        literals(config),
        decoder.keptByAttention() + keptByExperts(config),
        Decoder.attention(),
        ScriptText.resource(Mixtral.class, "mixtral.torchscript"));
  }

  private static void block(DecoderTable table, int layer, MixtralConfig config) {
    int hidden = config.decoder().hiddenSize();
    int inner = config.decoder().intermediateSize();
    table.norm(layer, "input_layernorm");
    table.attention(layer, false, false);
    table.norm(layer, "post_attention_layernorm");
    table.projection(layer, "block_sparse_moe.gate", config.numLocalExperts(), hidden, false);
    for (int expert = 0; expert < config.numLocalExperts(); expert++) {
      String name = "block_sparse_moe.experts." + expert;
      table.projection(layer, name + ".w1", inner, hidden, false);
      table.projection(layer, name + ".w2", hidden, inner, false);
      table.projection(layer, name + ".w3", inner, hidden, false);
    }
  }

  private static Map<String, String> literals(MixtralConfig config) {
    return Map.of(
        "EXPERTS", Integer.toString(config.numLocalExperts()),
        "EXPERTS_PER_TOKEN", Integer.toString(config.numExpertsPerTok()));
  }

  /** Of each expert taken: its input, its inner vectors, its result; and the router's numbers. */
  private static long keptByExperts(MixtralConfig config) {
    DecoderConfig decoder = config.decoder();
    return 3L * decoder.hiddenSize()
        + 1
        + 3L * config.numLocalExperts()
        + config.numExpertsPerTok()
            * (2L * decoder.hiddenSize() + 4L * decoder.intermediateSize() + 1);
  }
}
