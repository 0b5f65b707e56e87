package dev.tenon.nn.family.llama;

import dev.tenon.model.Parameter;
import dev.tenon.nn.family.HeadWeight;
import dev.tenon.nn.family.ParameterTable;
import dev.tenon.tensor.Shape;
import java.util.List;

/** Llama's parameter table, under transformers' names. */
final class LlamaParameters {
  static final String EMBEDDING = "model.embed_tokens.weight";
  private static final String NORM = "model.norm.weight";

  private final LlamaConfig config;
  private final ParameterTable table = new ParameterTable("model.layers.");

  private LlamaParameters(LlamaConfig config) {
    this.config = config;
  }

  /** Embedding, blocks, final norm, head. Nothing decays but the projections and an untied head. */
  static List<Parameter> table(LlamaConfig config, HeadWeight head) {
    LlamaParameters parameters = new LlamaParameters(config);
    Shape vectors = Shape.of(config.vocabSize(), config.hiddenSize());
    parameters.table.embedding(EMBEDDING, vectors, head.name().equals(EMBEDDING));
    for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
      parameters.block(layer);
    }
    parameters.table.head(NORM, Shape.of(config.hiddenSize()), false);
    head.addTo(parameters.table, vectors);
    return parameters.table.parameters();
  }

  private void block(int layer) {
    int hidden = config.hiddenSize();
    long queries = (long) config.numAttentionHeads() * config.headDim();
    long keys = (long) config.numKeyValueHeads() * config.headDim();
    int inner = config.intermediateSize();
    norm(layer, "input_layernorm");
    projection(layer, "self_attn.q_proj", queries, hidden, config.attentionBias());
    projection(layer, "self_attn.k_proj", keys, hidden, config.attentionBias());
    projection(layer, "self_attn.v_proj", keys, hidden, config.attentionBias());
    projection(layer, "self_attn.o_proj", hidden, queries, config.attentionBias());
    norm(layer, "post_attention_layernorm");
    projection(layer, "mlp.gate_proj", inner, hidden, config.mlpBias());
    projection(layer, "mlp.up_proj", inner, hidden, config.mlpBias());
    projection(layer, "mlp.down_proj", hidden, inner, config.mlpBias());
  }

  private void norm(int layer, String name) {
    table.block(layer, name + ".weight", Shape.of(config.hiddenSize()), false);
  }

  private void projection(int layer, String name, long out, long in, boolean bias) {
    table.block(layer, name + ".weight", Shape.of(out, in), true);
    if (bias) {
      table.block(layer, name + ".bias", Shape.of(out), false);
    }
  }
}
