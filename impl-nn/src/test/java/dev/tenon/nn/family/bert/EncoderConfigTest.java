package dev.tenon.nn.family.bert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.model.Head;
import dev.tenon.nn.config.ConfigFile;
import dev.tenon.nn.family.Architecture;
import dev.tenon.nn.family.Family;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EncoderConfigTest {
  private static final String BERT =
      "\"vocab_size\": 16, \"hidden_size\": 8, \"num_hidden_layers\": 2,"
          + " \"num_attention_heads\": 2, \"intermediate_size\": 12";

  private static final String DISTILBERT =
      "\"vocab_size\": 16, \"dim\": 8, \"n_layers\": 2, \"n_heads\": 2, \"hidden_dim\": 12";

  @Test
  void absentKeysHaveTransformersDefaults() {
    BertConfig read = BertConfig.read(ConfigFile.of("config.json", "{" + BERT + "}").reader());
    assertThat(read)
        .isEqualTo(
            new BertConfig(
                16,
                8,
                2,
                2,
                12,
                "gelu",
                new BertConfig.Dropout(0.1, 0.1, 0.1),
                512,
                2,
                0.02,
                1e-12,
                OptionalInt.of(0),
                true));
    assertThat(DistilBertConfig.read(ConfigFile.of("config.json", "{" + DISTILBERT + "}").reader()))
        .isEqualTo(
            new DistilBertConfig(
                16,
                8,
                2,
                2,
                12,
                "gelu",
                new DistilBertConfig.Dropout(0.1, 0.1, 0.2),
                512,
                0.02,
                OptionalInt.of(0),
                true));
  }

  /** A classifier's own dropout is the hidden one where the key is null; a null pad is none. */
  @Test
  void nullsMeanWhatTheyMeanInTransformers() {
    BertConfig read =
        BertConfig.read(
            ConfigFile.of(
                    "config.json",
                    "{"
                        + BERT
                        + ", \"hidden_dropout_prob\": 0.3, \"classifier_dropout\": null,"
                        + " \"pad_token_id\": null}")
                .reader());
    assertThat(read.dropout().classifier()).isEqualTo(0.3);
    assertThat(read.padTokenId()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"is_decoder\": true",
        "\"add_cross_attention\": true",
        "\"position_embedding_type\": \"relative_key\"",
        "\"hidden_act\": \"gelu_of_tomorrow\"",
        "\"pruned_heads\": {\"0\": [1]}",
        "\"quantization_config\": {\"bits\": 4}",
        "\"architectures\": [\"BertForQuestionAnswering\"]"
      })
  void refusesWhatTheProgramDoesNotDo(String key) {
    assertThatThrownBy(() -> read(new Bert(), BERT + ", " + key))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining(key.substring(1, key.indexOf(':') - 1));
  }

  @Test
  void tellsEverythingThatIsWrong() {
    assertThatThrownBy(() -> read(new Bert(), "\"vocab_size\": 0, \"hidden_size\": \"8\""))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("vocab_size")
        .hasMessageContaining("hidden_size")
        .hasMessageContaining("num_hidden_layers");
    assertThatThrownBy(
            () ->
                read(
                    new Bert(),
                    BERT.replace("num_attention_heads\": 2", "num_attention_heads\": 3")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("a divisor of hidden_size 8");
  }

  @Test
  void classesComeFromIdToLabelOrTheirNumber() {
    String name = ", \"architectures\": [\"BertForSequenceClassification\"]";
    Architecture named =
        read(
            new Bert(),
            BERT
                + name
                + ", \"id2label\": {\"1\": \"good\", \"0\": \"bad\", \"2\": \"so so\"},"
                + " \"problem_type\": \"multi_label_classification\"");
    assertThat(named.head()).isEqualTo(Head.SEQUENCE_CLASSIFICATION);
    assertThat(named.classes().orElseThrow().labels()).containsExactly("bad", "good", "so so");
    assertThat(named.classes().orElseThrow().problemType()).contains("multi_label_classification");
    assertThat(read(new Bert(), BERT + name).classes().orElseThrow().labels())
        .containsExactly("LABEL_0", "LABEL_1");
    assertThatThrownBy(() -> read(new Bert(), BERT + name + ", \"id2label\": {\"1\": \"good\"}"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("id2label");
    assertThatThrownBy(() -> read(new Bert(), BERT + name + ", \"problem_type\": \"guessing\""))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("problem_type");
  }

  @Test
  void robertaCountsPositionsFromBehindThePadding() {
    Architecture read = read(new Roberta(), BERT + ", \"max_position_embeddings\": 66");
    assertThat(read.head()).isEqualTo(Head.POOLED_EMBEDDING);
    assertThat(read.maxPositions()).isEqualTo(64);
    assertThatThrownBy(() -> read(new Roberta(), BERT + ", \"pad_token_id\": null"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("pad_token_id");
  }

  @Test
  void aBareBodyHasNoPrefixAndDistilBertNoPooler() {
    assertThat(read(new Bert(), BERT).parameters())
        .anyMatch(x -> x.name().equals("pooler.dense.weight"))
        .allMatch(x -> !x.name().startsWith("bert."));
    assertThat(read(new DistilBert(), DISTILBERT).parameters())
        .noneMatch(x -> x.name().contains("pooler"));
    assertThat(
            read(new DistilBert(), DISTILBERT + ", \"architectures\": [\"DistilBertForMaskedLM\"]")
                .tied())
        .containsEntry("vocab_projector.weight", "distilbert.embeddings.word_embeddings.weight");
  }

  private static Architecture read(Family family, String keys) {
    return family.read(ConfigFile.of("config.json", "{" + keys + "}").reader());
  }
}
