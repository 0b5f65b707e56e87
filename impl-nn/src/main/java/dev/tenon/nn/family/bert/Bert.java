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
 * BERT, and with it MiniLM (Devlin et al. 2018; transformers modeling_bert.py). Its program is
 * {@code encoder.torchscript} beside this class with {@code bert.torchscript}, the embedding, and
 * the text of a head.
 */
public final class Bert implements Family {
  private static final Map<Head, String> ARCHITECTURES =
      Map.of(
          Head.MASKED_LM,
          "BertForMaskedLM",
          Head.SEQUENCE_CLASSIFICATION,
          "BertForSequenceClassification",
          Head.POOLED_EMBEDDING,
          "BertModel");

  /** The family. */
  public Bert() {}

  @Override
  public String modelType() {
    return "bert";
  }

  @Override
  public Map<Head, String> architectures() {
    return ARCHITECTURES;
  }

  @Override
  public Architecture read(ConfigReader config) {
    Head head = HeadKeys.read(config, ARCHITECTURES);
    Optional<ClassificationHead> classes = HeadKeys.classes(config, head);
    return architecture(BertConfig.read(config), head, classes);
  }

  /**
   * The network that a configuration describes.
   *
   * @param head MASKED_LM, SEQUENCE_CLASSIFICATION or POOLED_EMBEDDING
   * @param classes of a classification
   */
  public static Architecture architecture(
      BertConfig config, Head head, Optional<ClassificationHead> classes) {
    Encoder encoder =
        BertEncoder.of(config, EncoderNames.BERT, head, classes, config.hiddenAct(), 0);
    return BertEncoder.architecture(
        encoder,
        config,
        String.valueOf(ARCHITECTURES.get(head)),
        Map.of("POSITIONS", "b[\"position_ids\"]", "POSITION_PAD_ID", "-1"),
        config.maxPositionEmbeddings());
  }
}
