package dev.tenon.nn.family.llama;

import dev.tenon.model.Head;
import dev.tenon.model.Parameter;
import dev.tenon.model.Program;
import dev.tenon.nn.config.ConfigReader;
import dev.tenon.nn.family.Architecture;
import dev.tenon.nn.family.Architecture.Start;
import dev.tenon.nn.family.Family;
import dev.tenon.nn.family.HeadKeys;
import dev.tenon.nn.family.HeadWeight;
import dev.tenon.nn.script.ScriptText;
import java.util.LinkedHashMap;
import java.util.List;
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

  /** Old files hold each layer's rotary frequencies, which transformers does not read either. */
  private static final String BUFFERS =
      "(model\\.layers\\.\\d+\\.self_attn|model)\\.rotary_emb\\.inv_freq";

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
    HeadWeight weight =
        HeadWeight.of(
            head, config.tieWordEmbeddings() ? LlamaParameters.EMBEDDING : HeadWeight.LM_HEAD);
    return new Architecture(
        String.valueOf(ARCHITECTURES.get(head)),
        head,
        LlamaParameters.table(config, weight),
        program(config, weight),
        config.maxPositionEmbeddings(),
        weight.tied(),
        weight.ignored(BUFFERS),
        "model.",
        keptPerToken(config),
        parameter -> start(parameter, config.initializerRange()));
  }

  /**
   * Of the program's {@code block}: input and output of both norms, before and after their weight;
   * q, and k and v written out for as many heads; the attention's result and one number a head; the
   * gate before and after silu, the up projection and their product; the roots in the norms.
   */
  private static long keptPerToken(LlamaConfig config) {
    long queries = (long) config.numAttentionHeads() * config.headDim();
    return 6L * config.hiddenSize()
        + 4 * queries
        + config.numAttentionHeads()
        + 4L * config.intermediateSize()
        + 2;
  }

  /** transformers' {@code _init_weights}: norms 1, biases 0, all else normal. */
  private static Start start(Parameter parameter, double range) {
    if (parameter.name().endsWith(".bias")) {
      return new Start(0, 0);
    }
    return parameter.shape().rank() == 1 ? new Start(1, 0) : new Start(0, range);
  }

  private static Program program(LlamaConfig config, HeadWeight weight) {
    String family =
        ScriptText.substitute(
            ScriptText.resource(Llama.class, "llama.torchscript"), literals(config, weight));
    return new Program(
        ScriptText.join(List.of(ScriptText.common(), family)),
        config.numHiddenLayers(),
        config.hiddenSize(),
        config.vocabSize(),
        config.numKeyValueHeads(),
        config.headDim());
  }

  private static Map<String, String> literals(LlamaConfig config, HeadWeight weight) {
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
    literals.putAll(weight.literals());
    return literals;
  }
}
