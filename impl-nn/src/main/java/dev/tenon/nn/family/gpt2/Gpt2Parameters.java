package dev.tenon.nn.family.gpt2;

import dev.tenon.model.Parameter;
import dev.tenon.nn.family.HeadWeight;
import dev.tenon.nn.family.ParameterTable;
import dev.tenon.tensor.Shape;
import java.util.List;

/** GPT-2's parameter table, under transformers' names. */
final class Gpt2Parameters {
  /** What the oldest files leave out. */
  static final String PREFIX = "transformer.";

  static final String TOKENS = PREFIX + "wte.weight";
  private static final String POSITIONS = PREFIX + "wpe.weight";
  private static final String NORM = PREFIX + "ln_f";

  private final Gpt2Config config;
  private final ParameterTable table = new ParameterTable(PREFIX + "h.");

  private Gpt2Parameters(Gpt2Config config) {
    this.config = config;
  }

  /**
   * Embeddings, blocks, final norm, head. Nothing decays but the projections and an untied head.
   */
  static List<Parameter> table(Gpt2Config config, HeadWeight head) {
    Gpt2Parameters parameters = new Gpt2Parameters(config);
    ParameterTable table = parameters.table;
    Shape vectors = Shape.of(config.vocabSize(), config.nEmbd());
    table.embedding(TOKENS, vectors, head.name().equals(TOKENS));
    table.embedding(POSITIONS, Shape.of(config.nPositions(), config.nEmbd()), false);
    for (int layer = 0; layer < config.nLayer(); layer++) {
      parameters.block(layer);
    }
    Shape hidden = Shape.of(config.nEmbd());
    table.head(NORM + ".weight", hidden, false);
    table.head(NORM + ".bias", hidden, false);
    head.addTo(table, vectors);
    return table.parameters();
  }

  private void block(int layer) {
    int hidden = config.nEmbd();
    int inner = config.innerSize();
    norm(layer, "ln_1");
    projection(layer, "attn.c_attn", hidden, 3L * hidden);
    projection(layer, "attn.c_proj", hidden, hidden);
    norm(layer, "ln_2");
    projection(layer, "mlp.c_fc", hidden, inner);
    projection(layer, "mlp.c_proj", inner, hidden);
  }

  private void norm(int layer, String name) {
    Shape shape = Shape.of(config.nEmbd());
    table.block(layer, name + ".weight", shape, false);
    table.block(layer, name + ".bias", shape, false);
  }

  private void projection(int layer, String name, long in, long out) {
    table.block(layer, name + ".weight", Shape.of(in, out), true);
    table.block(layer, name + ".bias", Shape.of(out), false);
  }
}
