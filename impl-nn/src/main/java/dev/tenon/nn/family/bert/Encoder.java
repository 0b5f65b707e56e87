package dev.tenon.nn.family.bert;

import dev.tenon.model.Head;
import dev.tenon.model.Parameter;
import dev.tenon.model.Program;
import dev.tenon.nn.family.Architecture.Start;
import dev.tenon.nn.family.ParameterTable;
import dev.tenon.nn.script.Activations;
import dev.tenon.nn.script.ScriptText;
import dev.tenon.spec.ClassificationHead;
import dev.tenon.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * An encoder of any of the families: what their configurations come down to, its parameters and its
 * program.
 *
 * @param names what its weights are called
 * @param head MASKED_LM, SEQUENCE_CLASSIFICATION or POOLED_EMBEDDING
 * @param classes of a classification
 * @param vocabSize V
 * @param hidden H
 * @param inner width of the MLP
 * @param layers L
 * @param heads heads
 * @param activation the MLP's
 * @param headActivation that of a masked-lm head
 * @param epsilon what the norms add to the variance
 * @param range standard deviation of a random start
 * @param pad the id whose embedding does not learn
 * @param tied whether a masked-lm head reads the embedding's weight
 * @param dropout what training leaves out
 */
record Encoder(
    EncoderNames names,
    Head head,
    Optional<ClassificationHead> classes,
    int vocabSize,
    int hidden,
    int inner,
    int layers,
    int heads,
    String activation,
    String headActivation,
    double epsilon,
    double range,
    OptionalInt pad,
    boolean tied,
    Dropout dropout) {
  /**
   * Probabilities.
   *
   * @param hidden of the embedding and of what an MLP adds
   * @param attention of the attention probabilities
   * @param out of what an attention adds
   * @param head of what a classification reads
   * @param classifier before its last projection
   */
  record Dropout(double hidden, double attention, double out, double head, double classifier) {}

  /** What stands before the names of the body. */
  String prefix() {
    return names.prefix(head);
  }

  /** The name of an embedding's weight. */
  String embedding(String kind) {
    return prefix() + "embeddings." + kind + ".weight";
  }

  /** Tied names, as {@link dev.tenon.nn.family.Architecture#tied} has them. */
  Map<String, String> tiedNames() {
    Map<String, String> found = new LinkedHashMap<>();
    if (head == Head.MASKED_LM && tied) {
      found.put(names.decoder() + ".weight", embedding("word_embeddings"));
      if (!ownBias()) {
        found.put(names.decoder() + ".bias", names.decoderBias());
      }
    }
    return found;
  }

  /** Whether the vocabulary's bias is called as the decoder's own. */
  private boolean ownBias() {
    return names.decoderBias().equals(names.decoder() + ".bias");
  }

  /**
   * Embeddings, blocks, head. Nothing decays but the projections.
   *
   * @param tables rows of the embeddings beside the tokens', by kind, in the order of their use
   */
  List<Parameter> parameters(Map<String, Integer> tables) {
    ParameterTable table = new ParameterTable(prefix() + names.layers());
    table.embedding(
        embedding("word_embeddings"), Shape.of(vocabSize, hidden), head == Head.MASKED_LM && tied);
    tables.forEach((kind, rows) -> table.embedding(embedding(kind), Shape.of(rows, hidden), false));
    table.embedding(embedding("LayerNorm"), Shape.of(hidden), false);
    table.embedding(prefix() + "embeddings.LayerNorm.bias", Shape.of(hidden), false);
    for (int layer = 0; layer < layers; layer++) {
      block(table, layer);
    }
    head(table);
    return table.parameters();
  }

  private void block(ParameterTable table, int layer) {
    for (String key : List.of("QUERY", "KEY", "VALUE", "OUT")) {
      projection(table, layer, key, hidden, hidden);
    }
    norm(table, layer, "ATTENTION_NORM");
    projection(table, layer, "UP", inner, hidden);
    projection(table, layer, "DOWN", hidden, inner);
    norm(table, layer, "MLP_NORM");
  }

  private void projection(ParameterTable table, int layer, String key, int out, int in) {
    table.block(layer, block(key) + ".weight", Shape.of(out, in), true);
    table.block(layer, block(key) + ".bias", Shape.of(out), false);
  }

  private void norm(ParameterTable table, int layer, String key) {
    table.block(layer, block(key) + ".weight", Shape.of(hidden), false);
    table.block(layer, block(key) + ".bias", Shape.of(hidden), false);
  }

  private String block(String key) {
    return String.valueOf(names.block().get(key));
  }

  private void head(ParameterTable table) {
    switch (head) {
      case MASKED_LM -> {
        linear(table, names.transform(), hidden);
        table.head(names.transformNorm() + ".weight", Shape.of(hidden), false);
        table.head(names.transformNorm() + ".bias", Shape.of(hidden), false);
        table.head(names.decoderBias(), Shape.of(vocabSize), false);
        if (!tied) {
          untied(table);
        }
      }
      case SEQUENCE_CLASSIFICATION -> {
        linear(table, names.firstProjection(), hidden);
        linear(table, names.classifier(), classes.map(x -> x.labels().size()).orElse(1));
      }
      default -> {
        if (!names.pooler().isEmpty()) {
          linear(table, names.pooler(), hidden);
        }
      }
    }
  }

  private void linear(ParameterTable table, String name, int out) {
    table.head(name + ".weight", Shape.of(out, hidden), true);
    table.head(name + ".bias", Shape.of(out), false);
  }

  /** transformers keeps the other bias too, though nothing reads it. */
  private void untied(ParameterTable table) {
    table.head(names.decoder() + ".weight", Shape.of(vocabSize, hidden), true);
    if (!ownBias()) {
      table.head(names.decoder() + ".bias", Shape.of(vocabSize), false);
    }
  }

  /**
   * The program.
   *
   * @param embed text of the embedding
   * @param literals of that text, beside those that all of them have
   */
  Program program(String embed, Map<String, String> literals) {
    Map<String, String> own = new LinkedHashMap<>(literals);
    own.put("BODY", prefix() + "embeddings");
    own.put("PAD_ID", Integer.toString(pad.orElse(-1)));
    own.put("HIDDEN_DROPOUT", ScriptText.literal(dropout.hidden()));
    return new Program(
            ScriptText.join(
                List.of(
                    ScriptText.common(),
                    text("encoder", blockLiterals()),
                    text(embed, own),
                    headText())),
            layers,
            hidden,
            vocabSize,
            0,
            hidden / heads)
        .onPackedRows();
  }

  private Map<String, String> blockLiterals() {
    Map<String, String> literals = new LinkedHashMap<>(names.block());
    literals.put("HEADS", Integer.toString(heads));
    literals.put("HEAD_DIM", Integer.toString(hidden / heads));
    literals.put("HIDDEN", Integer.toString(hidden));
    literals.put("EPS", ScriptText.literal(epsilon));
    literals.put("ACTIVATION", Activations.text(activation));
    literals.put("UP_STEP", upStep());
    literals.put("HIDDEN_DROPOUT", ScriptText.literal(dropout.hidden()));
    literals.put("ATTENTION_DROPOUT", ScriptText.literal(dropout.attention()));
    literals.put("OUT_DROPOUT", ScriptText.literal(dropout.out()));
    return literals;
  }

  /** The MLP's first half in inference: gelu has kernels that do both. */
  private String upStep() {
    String arguments =
        "(x, p[\"" + names.block().get("UP") + "\"], s[\"" + names.block().get("UP") + ".bias\"])";
    return Activations.text(activation).equals(Activations.text("gelu"))
        ? "self.gelu_linear" + arguments
        : "self.activation(self.linear" + arguments + ")";
  }

  private String headText() {
    return switch (head) {
      case MASKED_LM ->
          text(
              "masked-lm",
              Map.of(
                  "TRANSFORM", names.transform(),
                  "TRANSFORM_NORM", names.transformNorm(),
                  "HEAD_ACTIVATION", Activations.text(headActivation),
                  "DECODER_WEIGHT",
                      tied ? embedding("word_embeddings") : names.decoder() + ".weight",
                  "DECODER_BIAS", tied ? names.decoderBias() : names.decoder() + ".bias"));
      case SEQUENCE_CLASSIFICATION ->
          text(
              "classification",
              Map.of(
                  "DENSE", names.firstProjection(),
                  "CLASSIFIER", names.classifier(),
                  "SQUASH", names.squash(),
                  "INPUT_DROPOUT", ScriptText.literal(dropout.head()),
                  "CLASSIFIER_DROPOUT", ScriptText.literal(dropout.classifier())));
      default -> text("pooled", Map.of("POOLER", names.pooler()));
    };
  }

  private static String text(String name, Map<String, String> literals) {
    return ScriptText.substitute(
        ScriptText.resource(Encoder.class, name + ".torchscript"), literals);
  }

  /**
   * Of the program's {@code block}: its input; q, k and v; the attention's result and one number a
   * head; both norms' inputs, the first one's output and their two numbers; the MLP before and
   * after its activation.
   */
  long keptPerToken() {
    return 8L * hidden + heads + 2L * inner + 4;
  }

  /** transformers' {@code _init_weights}: norms 1, biases 0, all else normal. */
  Start start(Parameter parameter) {
    if (parameter.name().endsWith("bias")) {
      return new Start(0, 0);
    }
    return parameter.shape().rank() == 1 ? new Start(1, 0) : new Start(0, range);
  }
}
