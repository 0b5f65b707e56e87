package dev.tenon.nn.family.gpt2;

import dev.tenon.model.Head;
import dev.tenon.model.Parameter;
import dev.tenon.model.Program;
import dev.tenon.nn.config.ConfigReader;
import dev.tenon.nn.family.Architecture;
import dev.tenon.nn.family.Architecture.Start;
import dev.tenon.nn.family.Family;
import dev.tenon.nn.family.HeadKeys;
import dev.tenon.nn.family.HeadWeight;
import dev.tenon.nn.script.Activations;
import dev.tenon.nn.script.ScriptText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * GPT-2 with a causal-lm or a value head (Radford et al. 2019; transformers modeling_gpt2.py). Its
 * program is {@code gpt2.torchscript} beside this class. Projections are stored as transformers'
 * {@code Conv1D} has them, {@code [in, out]}.
 */
public final class Gpt2 implements Family {
  static final String MODEL_TYPE = "gpt2";
  static final String ARCHITECTURE = "GPT2LMHeadModel";
  private static final Map<Head, String> ARCHITECTURES =
      Map.of(Head.CAUSAL_LM, ARCHITECTURE, Head.VALUE, "GPT2ForSequenceClassification");

  /** The causal mask, a constant that old files hold. */
  private static final String BUFFERS = "(transformer\\.)?h\\.\\d+\\.attn\\.(masked_)?bias";

  /** The family. */
  public Gpt2() {}

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
    return architecture(Gpt2Config.read(config), head);
  }

  /** The causal-lm network that a configuration describes. */
  public static Architecture architecture(Gpt2Config config) {
    return architecture(config, Head.CAUSAL_LM);
  }

  /**
   * The network that a configuration describes.
   *
   * @param head CAUSAL_LM or VALUE
   */
  public static Architecture architecture(Gpt2Config config, Head head) {
    HeadWeight weight =
        HeadWeight.of(
            head, config.tieWordEmbeddings() ? Gpt2Parameters.TOKENS : HeadWeight.LM_HEAD);
    return new Architecture(
        String.valueOf(ARCHITECTURES.get(head)),
        head,
        Gpt2Parameters.table(config, weight),
        program(config, weight),
        config.nPositions(),
        weight.tied(),
        weight.ignored(BUFFERS),
        Gpt2Parameters.PREFIX,
        keptPerToken(config),
        parameter -> start(parameter, config));
  }

  /**
   * Of the program's {@code block}: input and output of both norms and their two numbers; q, k and
   * v; the attention's result and one number a head; the MLP before and after its activation.
   */
  private static long keptPerToken(Gpt2Config config) {
    return 8L * config.nEmbd() + config.nHead() + 2L * config.innerSize() + 4;
  }

  /**
   * transformers' {@code _init_weights}: norms 1, biases 0, all else normal, and narrower by the
   * root of the residual additions where a projection ends in one.
   */
  private static Start start(Parameter parameter, Gpt2Config config) {
    if (parameter.name().endsWith(".bias")) {
      return new Start(0, 0);
    }
    if (parameter.shape().rank() == 1) {
      return new Start(1, 0);
    }
    double range = config.initializerRange();
    boolean residual = parameter.key().endsWith("c_proj.weight");
    return new Start(0, residual ? range / StrictMath.sqrt(2.0 * config.nLayer()) : range);
  }

  private static Program program(Gpt2Config config, HeadWeight weight) {
    String family =
        ScriptText.substitute(
            ScriptText.resource(Gpt2.class, "gpt2.torchscript"), literals(config, weight));
    return new Program(
            ScriptText.join(List.of(ScriptText.common(), family)),
            config.nLayer(),
            config.nEmbd(),
            config.vocabSize(),
            config.nHead(),
            config.headDim())
        .onPackedRows();
  }

  private static Map<String, String> literals(Gpt2Config config, HeadWeight weight) {
    Gpt2Config.AttentionScale scale = config.attentionScale();
    Map<String, String> literals = new LinkedHashMap<>();
    literals.put("HEADS", Integer.toString(config.nHead()));
    literals.put("HEAD_DIM", Integer.toString(config.headDim()));
    literals.put("HIDDEN", Integer.toString(config.nEmbd()));
    literals.put("EPS", ScriptText.literal(config.layerNormEpsilon()));
    literals.put("ACTIVATION", Activations.text(config.activationFunction()));
    literals.put("EMBED_DROPOUT", ScriptText.literal(config.dropout().embedding()));
    literals.put("ATTENTION_DROPOUT", ScriptText.literal(config.dropout().attention()));
    literals.put("RESIDUAL_DROPOUT", ScriptText.literal(config.dropout().residual()));
    // Attention itself divides by the root of the head size.
    double factor = scale.byHeadSize() ? 1 : StrictMath.sqrt(config.headDim());
    literals.put("QUERY_FACTOR", ScriptText.literal(factor));
    literals.put("BY_LAYER", scale.byLayer() ? "1." : "0.");
    literals.putAll(weight.literals());
    return literals;
  }
}
