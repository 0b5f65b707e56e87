package dev.tenon.nn.family.decoder;

import dev.tenon.model.Head;
import dev.tenon.model.Output;
import dev.tenon.model.Parameter;
import dev.tenon.model.Program;
import dev.tenon.nn.family.Architecture;
import dev.tenon.nn.family.Architecture.Start;
import dev.tenon.nn.family.HeadWeight;
import dev.tenon.nn.script.Activations;
import dev.tenon.nn.script.ScriptText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ObjIntConsumer;
import java.util.stream.Stream;

/**
 * Puts a decoder together: the common numbers, a block's parameters, and the family's text with the
 * shared pieces. Immutable.
 *
 * @param name what transformers calls the network, {@code LlamaForCausalLM}
 * @param head CAUSAL_LM or VALUE
 * @param config the common numbers
 * @param windows which layers see only the last tokens
 * @param normStart what norm weights start with: 0 where the text adds 1
 * @param blockOutputs what blocks give beside their result, {@link Program#blockOutputs}
 */
public record Decoder(
    String name,
    Head head,
    DecoderConfig config,
    LayerWindows windows,
    double normStart,
    Set<Output> blockOutputs) {
  /** Old files hold each layer's rotary frequencies, which transformers does not read either. */
  private static final String BUFFERS =
      "(model\\.layers\\.\\d+\\.self_attn|model)\\.rotary_emb\\.inv_freq";

  /** Copies. */
  public Decoder {
    blockOutputs = Set.copyOf(blockOutputs);
  }

  /** A decoder whose blocks give nothing but their result. */
  public Decoder(
      String name, Head head, DecoderConfig config, LayerWindows windows, double normStart) {
    this(name, head, config, windows, normStart, Set.of());
  }

  /** The text of the attention that most families share. */
  public static String attention() {
    return ScriptText.resource(Decoder.class, "attention.torchscript");
  }

  /**
   * The network.
   *
   * @param block adds the parameters of one layer
   * @param literals what the family's text has beyond the common placeholders
   * @param keptPerToken F32 values that a block keeps for the backward pass beyond those of {@link
   *     #keptByAttention} and {@link #keptByMlp}
   * @param texts the family's, without the pieces that all decoders share
   */
  public Architecture architecture(
      ObjIntConsumer<DecoderTable> block,
      Map<String, String> literals,
      long keptPerToken,
      String... texts) {
    HeadWeight weight = weight();
    return new Architecture(
        name,
        head,
        DecoderTable.of(config, weight, block),
        program(weight, literals, texts),
        config.rope().positions(config.maxPositionEmbeddings()),
        weight.tied(),
        weight.ignored(BUFFERS),
        "model.",
        keptPerToken,
        this::start);
  }

  private HeadWeight weight() {
    return HeadWeight.of(
        head, config.tieWordEmbeddings() ? DecoderTable.EMBEDDING : HeadWeight.LM_HEAD);
  }

  /** transformers' {@code _init_weights}: norms their start, biases 0, all else normal. */
  private Start start(Parameter parameter) {
    if (parameter.name().endsWith(".bias")) {
      return new Start(0, 0);
    }
    return parameter.shape().rank() == 1
        ? new Start(normStart, 0)
        : new Start(0, config.initializerRange());
  }

  private Program program(HeadWeight weight, Map<String, String> more, String... texts) {
    Map<String, String> literals = literals(weight);
    literals.putAll(more);
    String shared = ScriptText.resource(Decoder.class, "decoder.torchscript");
    String own = ScriptText.join(Stream.concat(Stream.of(shared), Stream.of(texts)).toList());
    return new Program(
            ScriptText.join(List.of(ScriptText.common(), ScriptText.substitute(own, literals))),
            config.numHiddenLayers(),
            config.hiddenSize(),
            config.vocabSize(),
            config.numKeyValueHeads(),
            config.headDim(),
            blockOutputs)
        .onPackedRows();
  }

  private Map<String, String> literals(HeadWeight weight) {
    Map<String, String> literals = new LinkedHashMap<>(weight.literals());
    literals.put("HEADS", Integer.toString(config.numAttentionHeads()));
    literals.put("KV_HEADS", Integer.toString(config.numKeyValueHeads()));
    literals.put("HEAD_DIM", Integer.toString(config.headDim()));
    literals.put("EPS", ScriptText.literal(config.rmsNormEps()));
    float[] angles = config.rope().inverseFrequencies(config.headDim());
    literals.put("INV_FREQ", ScriptText.literal(angles));
    literals.put("ATTENTION_SCALING", ScriptText.literal(config.rope().attentionScaling()));
    literals.put("PAD_ID", Integer.toString(config.padTokenId().orElse(-1)));
    literals.put("ATTENTION_DROPOUT", ScriptText.literal(config.attentionDropout()));
    literals.put("ACTIVATION", Activations.text(config.hiddenAct()));
    literals.put("WINDOW", Integer.toString(windows.size()));
    literals.put("LAYER_WINDOW", windows.layerText());
    return literals;
  }

  /**
   * F32 values that attention keeps of a token for the backward pass: input and output of the norm
   * before and after its weight, its root; q, and k and v written out for as many heads; the result
   * and one number a head.
   */
  public long keptByAttention() {
    return 3L * config.hiddenSize() + 1 + 4 * config.queryWidth() + config.numAttentionHeads();
  }

  /**
   * F32 values that a gated MLP keeps: input and output of its norm and its root; the gate before
   * and after its activation, the up projection and their product.
   */
  public long keptByMlp() {
    return 3L * config.hiddenSize() + 1 + 4L * config.intermediateSize();
  }
}
