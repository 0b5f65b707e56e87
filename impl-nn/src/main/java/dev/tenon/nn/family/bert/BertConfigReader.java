package dev.tenon.nn.family.bert;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.nn.config.ConfigReader;
import dev.tenon.nn.family.bert.BertConfig.Dropout;
import dev.tenon.nn.internal.Sizes;
import java.util.OptionalInt;

/** BERT's and RoBERTa's keys in config.json. */
final class BertConfigReader {
  private BertConfigReader() {}

  /**
   * Reads the keys.
   *
   * @param pad the family's {@code pad_token_id} where the key is missing
   */
  static BertConfig read(ConfigReader keys, int pad) {
    int vocab = keys.integer("vocab_size", 1, Sizes.MAX_SIZE);
    int hidden = keys.integer("hidden_size", 1, Sizes.MAX_SIZE);
    int layers = keys.integer("num_hidden_layers", 1, Sizes.MAX_LAYERS);
    int heads = keys.integer("num_attention_heads", 1, Sizes.MAX_SIZE);
    int inner = keys.integer("intermediate_size", 1, Sizes.MAX_SIZE);
    double hiddenDropout = keys.probability("hidden_dropout_prob", 0.1);
    Dropout dropout =
        new Dropout(
            hiddenDropout,
            keys.probability("attention_probs_dropout_prob", 0.1),
            keys.probability("classifier_dropout", hiddenDropout));
    int positions = keys.integer("max_position_embeddings", 1, Integer.MAX_VALUE, 512);
    int types = keys.integer("type_vocab_size", 1, Sizes.MAX_SIZE, 2);
    double range = keys.positive("initializer_range", 0.02);
    double epsilon = keys.positive("layer_norm_eps", 1e-12);
    OptionalInt padId = EncoderKeys.pad(keys, pad);
    boolean tied = keys.flag("tie_word_embeddings", true);
    String activation = EncoderKeys.activation(keys, "hidden_act");
    EncoderKeys.refuse(keys);
    keys.finish();
    try {
      return new BertConfig(
          vocab,
          hidden,
          layers,
          heads,
          inner,
          activation,
          dropout,
          positions,
          types,
          range,
          epsilon,
          padId,
          tied);
    } catch (InvalidInputException e) {
      throw new CheckpointException(keys.file() + ": " + e.getMessage(), e);
    }
  }
}
