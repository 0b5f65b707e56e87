package dev.tenon.nn.family.bert;

import dev.tenon.model.Head;
import dev.tenon.nn.config.ConfigReader;
import dev.tenon.nn.family.Architecture;
import dev.tenon.nn.family.Family;
import dev.tenon.nn.family.HeadKeys;
import dev.tenon.spec.ClassificationHead;
import java.util.Map;
import java.util.Optional;

/**
 * DistilBERT (Sanh et al. 2019; transformers modeling_distilbert.py): BERT's body under other
 * names, without token types and without a pooler.
 */
public final class DistilBert implements Family {
  /** Not in the configuration. */
  private static final double EPSILON = 1e-12;

  private static final Map<Head, String> ARCHITECTURES =
      Map.of(
          Head.MASKED_LM,
          "DistilBertForMaskedLM",
          Head.SEQUENCE_CLASSIFICATION,
          "DistilBertForSequenceClassification",
          Head.POOLED_EMBEDDING,
          "DistilBertModel");

  /** The family. */
  public DistilBert() {}

  @Override
  public String modelType() {
    return "distilbert";
  }

  @Override
  public Map<Head, String> architectures() {
    return ARCHITECTURES;
  }

  @Override
  public Architecture read(ConfigReader config) {
    Head head = HeadKeys.read(config, ARCHITECTURES);
    Optional<ClassificationHead> classes = HeadKeys.classes(config, head);
    return architecture(DistilBertConfig.read(config), head, classes);
  }

  /**
   * The network that a configuration describes.
   *
   * @param head MASKED_LM, SEQUENCE_CLASSIFICATION or POOLED_EMBEDDING
   * @param classes of a classification
   */
  public static Architecture architecture(
      DistilBertConfig config, Head head, Optional<ClassificationHead> classes) {
    Encoder encoder = encoder(config, head, classes);
    return new Architecture(
        String.valueOf(ARCHITECTURES.get(head)),
        head,
        encoder.parameters(Map.of("position_embeddings", config.maxPositionEmbeddings())),
        encoder.program("distilbert", Map.of()),
        config.maxPositionEmbeddings(),
        encoder.tiedNames(),
        encoder.names().ignored(head),
        encoder.names().base(),
        encoder.keptPerToken(),
        encoder::start,
        0,
        classes);
  }

  private static Encoder encoder(
      DistilBertConfig config, Head head, Optional<ClassificationHead> classes) {
    DistilBertConfig.Dropout dropout = config.dropout();
    return new Encoder(
        EncoderNames.DISTILBERT,
        head,
        classes,
        config.vocabSize(),
        config.dim(),
        config.hiddenDim(),
        config.nLayers(),
        config.nHeads(),
        config.activation(),
        config.activation(),
        EPSILON,
        config.initializerRange(),
        config.padTokenId(),
        config.tieWordEmbeddings(),
        new Encoder.Dropout(dropout.hidden(), dropout.attention(), 0, 0, dropout.classifier()));
  }
}
