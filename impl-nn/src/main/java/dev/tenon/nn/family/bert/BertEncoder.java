package dev.tenon.nn.family.bert;

import dev.tenon.model.Head;
import dev.tenon.nn.family.Architecture;
import dev.tenon.spec.ClassificationHead;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** From a {@link BertConfig} to an {@link Encoder} and its architecture. */
final class BertEncoder {
  private BertEncoder() {}

  /**
   * The encoder.
   *
   * @param headActivation that of a masked-lm head
   * @param headDropout of what a classification reads
   */
  static Encoder of(
      BertConfig config,
      EncoderNames names,
      Head head,
      Optional<ClassificationHead> classes,
      String headActivation,
      double headDropout) {
    BertConfig.Dropout dropout = config.dropout();
    return new Encoder(
        names,
        head,
        classes,
        config.vocabSize(),
        config.hiddenSize(),
        config.intermediateSize(),
        config.numHiddenLayers(),
        config.numAttentionHeads(),
        config.hiddenAct(),
        headActivation,
        config.layerNormEps(),
        config.initializerRange(),
        config.padTokenId(),
        config.tieWordEmbeddings(),
        new Encoder.Dropout(
            dropout.hidden(),
            dropout.attention(),
            dropout.hidden(),
            headDropout,
            dropout.classifier()));
  }

  static Architecture architecture(
      Encoder encoder,
      BertConfig config,
      String name,
      Map<String, String> literals,
      int maxPositions) {
    Map<String, Integer> tables = new LinkedHashMap<>();
    tables.put("token_type_embeddings", config.typeVocabSize());
    tables.put("position_embeddings", config.maxPositionEmbeddings());
    return new Architecture(
        name,
        encoder.head(),
        encoder.parameters(tables),
        encoder.program("bert", literals),
        maxPositions,
        encoder.tiedNames(),
        encoder.names().ignored(encoder.head()),
        encoder.names().base(),
        encoder.keptPerToken(),
        encoder::start,
        config.typeVocabSize(),
        encoder.classes());
  }
}
