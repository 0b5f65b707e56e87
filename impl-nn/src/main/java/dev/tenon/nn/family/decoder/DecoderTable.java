package dev.tenon.nn.family.decoder;

import dev.tenon.model.Parameter;
import dev.tenon.nn.family.HeadWeight;
import dev.tenon.nn.family.ParameterTable;
import dev.tenon.tensor.Shape;
import java.util.List;
import java.util.function.ObjIntConsumer;

/**
 * The parameter table of a decoder under transformers' names. Nothing decays but the projections
 * and an untied head. Not for threads.
 */
public final class DecoderTable {
  /** The embedding's weight. */
  public static final String EMBEDDING = "model.embed_tokens.weight";

  private static final String NORM = "model.norm.weight";

  private final DecoderConfig config;
  private final ParameterTable table = new ParameterTable("model.layers.");

  private DecoderTable(DecoderConfig config) {
    this.config = config;
  }

  /**
   * Embedding, blocks, final norm, head.
   *
   * @param block adds the parameters of one layer
   */
  public static List<Parameter> of(
      DecoderConfig config, HeadWeight head, ObjIntConsumer<DecoderTable> block) {
    DecoderTable parameters = new DecoderTable(config);
    Shape vectors = Shape.of(config.vocabSize(), config.hiddenSize());
    parameters.table.embedding(EMBEDDING, vectors, head.name().equals(EMBEDDING));
    for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
      block.accept(parameters, layer);
    }
    parameters.table.head(NORM, Shape.of(config.hiddenSize()), false);
    head.addTo(parameters.table, vectors);
    return parameters.table.parameters();
  }

  /** A norm's weight, [width]. */
  public void norm(int layer, String name, long width) {
    table.block(layer, name + ".weight", Shape.of(width), false);
  }

  /** A norm over hidden vectors. */
  public void norm(int layer, String name) {
    norm(layer, name, config.hiddenSize());
  }

  /** A projection's weight, [out, in], and its bias if it has one. */
  public void projection(int layer, String name, long out, long in, boolean bias) {
    table.block(layer, name + ".weight", Shape.of(out, in), true);
    if (bias) {
      table.block(layer, name + ".bias", Shape.of(out), false);
    }
  }

  /** The four projections of {@code self_attn}. */
  public void attention(int layer, boolean bias, boolean outputBias) {
    projection(layer, "self_attn.q_proj", config.queryWidth(), config.hiddenSize(), bias);
    projection(layer, "self_attn.k_proj", config.keyWidth(), config.hiddenSize(), bias);
    projection(layer, "self_attn.v_proj", config.keyWidth(), config.hiddenSize(), bias);
    projection(layer, "self_attn.o_proj", config.hiddenSize(), config.queryWidth(), outputBias);
  }

  /** The three projections of {@code mlp}. */
  public void mlp(int layer, boolean bias) {
    projection(layer, "mlp.gate_proj", config.intermediateSize(), config.hiddenSize(), bias);
    projection(layer, "mlp.up_proj", config.intermediateSize(), config.hiddenSize(), bias);
    projection(layer, "mlp.down_proj", config.hiddenSize(), config.intermediateSize(), bias);
  }

  /** Norm, attention, norm, MLP: the block of Llama and its next of kin. */
  public void block(int layer, boolean bias, boolean outputBias, boolean mlpBias) {
    norm(layer, "input_layernorm");
    attention(layer, bias, outputBias);
    norm(layer, "post_attention_layernorm");
    mlp(layer, mlpBias);
  }
}
