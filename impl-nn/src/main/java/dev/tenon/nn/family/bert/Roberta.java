package dev.tenon.nn.family.bert;

import dev.tenon.error.CheckpointException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Head;
import dev.tenon.nn.config.ConfigReader;
import dev.tenon.nn.family.Architecture;
import dev.tenon.nn.family.Family;
import dev.tenon.nn.family.HeadKeys;
import dev.tenon.spec.ClassificationHead;
import java.util.Map;
import java.util.Optional;

/**
 * RoBERTa (Liu et al. 2019; transformers modeling_roberta.py): BERT's body with positions that
 * begin behind the id of padding, and heads of its own.
 */
public final class Roberta implements Family {
  private static final int PAD = 1;

  private static final Map<Head, String> ARCHITECTURES =
      Map.of(
          Head.MASKED_LM,
          "RobertaForMaskedLM",
          Head.SEQUENCE_CLASSIFICATION,
          "RobertaForSequenceClassification",
          Head.POOLED_EMBEDDING,
          "RobertaModel");

  /** The family. */
  public Roberta() {}

  @Override
  public String modelType() {
    return "roberta";
  }

  @Override
  public Map<Head, String> architectures() {
    return ARCHITECTURES;
  }

  @Override
  public Architecture read(ConfigReader config) {
    Head head = HeadKeys.read(config, ARCHITECTURES);
    Optional<ClassificationHead> classes = HeadKeys.classes(config, head);
    BertConfig numbers = BertConfigReader.read(config, PAD);
    if (numbers.padTokenId().isEmpty() || positions(numbers) < 1) {
      throw new CheckpointException(
          Problems.problem(
              config.file() + ": pad_token_id",
              config.shown("pad_token_id"),
              "an id below max_position_embeddings - 1, for positions begin behind it"));
    }
    return architecture(numbers, head, classes);
  }

  /**
   * The network that a configuration describes.
   *
   * @param config with a {@code padTokenId}
   * @param head MASKED_LM, SEQUENCE_CLASSIFICATION or POOLED_EMBEDDING
   * @param classes of a classification
   */
  public static Architecture architecture(
      BertConfig config, Head head, Optional<ClassificationHead> classes) {
    int pad = config.padTokenId().orElse(PAD);
    Encoder encoder =
        BertEncoder.of(
            config, EncoderNames.ROBERTA, head, classes, "gelu", config.dropout().classifier());
    return BertEncoder.architecture(
        encoder,
        config,
        String.valueOf(ARCHITECTURES.get(head)),
        Map.of(
            "POSITIONS",
            "self.positions_after(b, " + pad + ")",
            "POSITION_PAD_ID",
            Integer.toString(pad)),
        positions(config));
  }

  /** Rows of the positions up to the one of padding serve no token. */
  private static int positions(BertConfig config) {
    return config.maxPositionEmbeddings() - config.padTokenId().orElse(PAD) - 1;
  }
}
