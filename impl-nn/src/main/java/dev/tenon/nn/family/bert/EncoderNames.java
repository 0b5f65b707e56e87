package dev.tenon.nn.family.bert;

import dev.tenon.model.Head;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What the weights of an encoder family are called, as transformers has them. Names of the body are
 * given without {@link #base}, which a network that is nothing but a body leaves out.
 *
 * @param base {@code base_model_prefix} and a dot
 * @param layers before a block's number
 * @param block names within a block, under the placeholders of encoder.torchscript
 * @param pooler the body's own pooler; empty: it has none
 * @param transform of a masked-lm head, before the vocabulary
 * @param transformNorm after it
 * @param decoder of a masked-lm head, to the vocabulary
 * @param decoderBias its bias
 * @param dense of a classification, its first projection; empty: the pooler
 * @param squash what follows it, of {@code x}
 * @param classifier of a classification, its last projection
 */
record EncoderNames(
    String base,
    String layers,
    Map<String, String> block,
    String pooler,
    String transform,
    String transformNorm,
    String decoder,
    String decoderBias,
    String dense,
    String squash,
    String classifier) {
  private static final Map<String, String> BERT_BLOCK =
      Map.of(
          "QUERY", "attention.self.query",
          "KEY", "attention.self.key",
          "VALUE", "attention.self.value",
          "OUT", "attention.output.dense",
          "ATTENTION_NORM", "attention.output.LayerNorm",
          "UP", "intermediate.dense",
          "DOWN", "output.dense",
          "MLP_NORM", "output.LayerNorm");

  private static final Map<String, String> DISTILBERT_BLOCK =
      Map.of(
          "QUERY", "attention.q_lin",
          "KEY", "attention.k_lin",
          "VALUE", "attention.v_lin",
          "OUT", "attention.out_lin",
          "ATTENTION_NORM", "sa_layer_norm",
          "UP", "ffn.lin1",
          "DOWN", "ffn.lin2",
          "MLP_NORM", "output_layer_norm");

  static final EncoderNames BERT =
      new EncoderNames(
          "bert.",
          "encoder.layer.",
          BERT_BLOCK,
          "pooler.dense",
          "cls.predictions.transform.dense",
          "cls.predictions.transform.LayerNorm",
          "cls.predictions.decoder",
          "cls.predictions.bias",
          "",
          "torch.tanh(x)",
          "classifier");

  static final EncoderNames ROBERTA =
      new EncoderNames(
          "roberta.",
          "encoder.layer.",
          BERT_BLOCK,
          "pooler.dense",
          "lm_head.dense",
          "lm_head.layer_norm",
          "lm_head.decoder",
          "lm_head.bias",
          "classifier.dense",
          "torch.tanh(x)",
          "classifier.out_proj");

  static final EncoderNames DISTILBERT =
      new EncoderNames(
          "distilbert.",
          "transformer.layer.",
          DISTILBERT_BLOCK,
          "",
          "vocab_transform",
          "vocab_layer_norm",
          "vocab_projector",
          "vocab_projector.bias",
          "pre_classifier",
          "torch.relu(x)",
          "classifier");

  /** Of a body that a network with this head holds. */
  String prefix(Head head) {
    return head == Head.POOLED_EMBEDDING ? "" : base;
  }

  /** The first projection of a classification. */
  String firstProjection() {
    return dense.isEmpty() ? base + pooler : dense;
  }

  /**
   * Names in files that a network with this head does not have: position numbers, which old files
   * hold, and what belongs to other heads.
   */
  Pattern ignored(Head head) {
    String always =
        "(.*\\.)?embeddings\\.(position_ids|token_type_ids)|(.*\\.)?pooler\\.dense\\..*";
    String pretrained = "cls\\.seq_relationship\\..*";
    String masked = "|cls\\..*|lm_head\\..*|vocab_(transform|layer_norm|projector)\\..*";
    return Pattern.compile(
        switch (head) {
          case MASKED_LM -> always + "|" + pretrained;
          case POOLED_EMBEDDING -> always + masked + "|(pre_)?classifier\\..*";
          default -> always + masked;
        });
  }
}
