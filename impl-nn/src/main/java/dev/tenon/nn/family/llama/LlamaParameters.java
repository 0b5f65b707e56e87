package dev.tenon.nn.family.llama;

import dev.tenon.model.Parameter;
import dev.tenon.model.Parameter.Stage;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Llama's parameter table, under transformers' names. */
final class LlamaParameters {
  static final String EMBEDDING = "model.embed_tokens.weight";
  static final String LM_HEAD = "lm_head.weight";
  private static final String NORM = "model.norm.weight";

  private final LlamaConfig config;
  private final List<Parameter> table = new ArrayList<>();

  private LlamaParameters(LlamaConfig config) {
    this.config = config;
  }

  /** Embedding, blocks, final norm, head. Nothing decays but the projections and an untied head. */
  static List<Parameter> table(LlamaConfig config) {
    LlamaParameters parameters = new LlamaParameters(config);
    Set<Stage> alsoUsedBy = config.tieWordEmbeddings() ? Set.of(Stage.HEAD) : Set.of();
    Shape vectors = Shape.of(config.vocabSize(), config.hiddenSize());
    parameters.table.add(
        new Parameter(EMBEDDING, EMBEDDING, DType.F32, vectors, Stage.EMBED, 0, alsoUsedBy, false));
    for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
      parameters.block(layer);
    }
    Shape norm = Shape.of(config.hiddenSize());
    parameters.table.add(
        new Parameter(NORM, NORM, DType.F32, norm, Stage.HEAD, 0, Set.of(), false));
    if (!config.tieWordEmbeddings()) {
      parameters.table.add(
          new Parameter(LM_HEAD, LM_HEAD, DType.F32, vectors, Stage.HEAD, 0, Set.of(), true));
    }
    return parameters.table;
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
    add(layer, name + ".weight", Shape.of(config.hiddenSize()), false);
  }

  private void projection(int layer, String name, long out, long in, boolean bias) {
    add(layer, name + ".weight", Shape.of(out, in), true);
    if (bias) {
      add(layer, name + ".bias", Shape.of(out), false);
    }
  }

  private void add(int layer, String key, Shape shape, boolean decay) {
    String name = "model.layers." + layer + "." + key;
    table.add(new Parameter(name, key, DType.F32, shape, Stage.BLOCK, layer, Set.of(), decay));
  }
}
