package dev.tenon.nn.family.llama;

import dev.tenon.model.Head;
import dev.tenon.model.Parameter;
import dev.tenon.model.Program;
import dev.tenon.nn.config.ConfigReader;
import dev.tenon.nn.family.Architecture;
import dev.tenon.nn.family.Architecture.Start;
import dev.tenon.nn.family.Family;
import dev.tenon.nn.script.ScriptText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Llama with a causal-lm head (Touvron et al. 2023; transformers modeling_llama.py). Its program is
 * {@code llama.torchscript} beside this class.
 */
public final class Llama implements Family {
  static final String MODEL_TYPE = "llama";
  static final String ARCHITECTURE = "LlamaForCausalLM";

  /** Old files hold each layer's rotary frequencies, which transformers does not read either. */
  private static final Pattern BUFFERS =
      Pattern.compile("(model\\.layers\\.\\d+\\.self_attn|model)\\.rotary_emb\\.inv_freq");

  /** The family. */
  public Llama() {}

  @Override
  public String modelType() {
    return MODEL_TYPE;
  }

  @Override
  public Architecture read(ConfigReader config) {
    return architecture(LlamaConfig.read(config));
  }

  /** The network that a configuration describes. */
  public static Architecture architecture(LlamaConfig config) {
    Map<String, String> tied =
        config.tieWordEmbeddings()
            ? Map.of(LlamaParameters.LM_HEAD, LlamaParameters.EMBEDDING)
            : Map.of();
    return new Architecture(
        ARCHITECTURE,
        Head.CAUSAL_LM,
        LlamaParameters.table(config),
        program(config),
        config.maxPositionEmbeddings(),
        tied,
        BUFFERS,
        "model.",
        parameter -> start(parameter, config.initializerRange()));
  }

  /** transformers' {@code _init_weights}: norms 1, biases 0, all else normal. */
  private static Start start(Parameter parameter, double range) {
    if (parameter.name().endsWith(".bias")) {
      return new Start(0, 0);
    }
    return parameter.shape().rank() == 1 ? new Start(1, 0) : new Start(0, range);
  }

  private static Program program(LlamaConfig config) {
    String family =
        ScriptText.substitute(
            ScriptText.resource(Llama.class, "llama.torchscript"), literals(config));
    return new Program(
        ScriptText.join(List.of(ScriptText.common(), family)),
        config.numHiddenLayers(),
        config.hiddenSize(),
        config.vocabSize(),
        config.numKeyValueHeads(),
        config.headDim());
  }

  private static Map<String, String> literals(LlamaConfig config) {
    Map<String, String> literals = new LinkedHashMap<>();
    literals.put("HEADS", Integer.toString(config.numAttentionHeads()));
    literals.put("KV_HEADS", Integer.toString(config.numKeyValueHeads()));
    literals.put("HEAD_DIM", Integer.toString(config.headDim()));
    literals.put("EPS", ScriptText.literal(config.rmsNormEps()));
    literals.put(
        "INV_FREQ", ScriptText.literal(config.rope().inverseFrequencies(config.headDim())));
    literals.put("PAD_ID", Integer.toString(config.padTokenId().orElse(-1)));
    literals.put("ATTENTION_DROPOUT", ScriptText.literal(config.attentionDropout()));
    literals.put("ATTENTION_SCALING", ScriptText.literal(1.0));
    literals.put(
        "HEAD_WEIGHT",
        config.tieWordEmbeddings() ? LlamaParameters.EMBEDDING : LlamaParameters.LM_HEAD);
    return literals;
  }
}
