package dev.tenon.nn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Json;
import dev.tenon.model.EmbeddingHead;
import dev.tenon.model.EmbeddingHead.Pooling;
import dev.tenon.nn.config.ConfigFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SentenceModulesTest {
  private static final String OLD = "sentence_transformers.models.";
  private static final String NEW = "sentence_transformers.base.modules.";

  @TempDir private Path directory;

  @Test
  void readsTheSpellingUpToVersionFive() throws IOException {
    write("modules.json", modules(OLD + "Transformer", OLD + "Pooling", OLD + "Normalize"));
    write(
        "1/config.json",
        "{\"word_embedding_dimension\": 8, \"pooling_mode_cls_token\": true,"
            + " \"pooling_mode_mean_tokens\": false}");
    write("sentence_bert_config.json", "{\"max_seq_length\": 32, \"do_lower_case\": true}");
    assertThat(head(64)).isEqualTo(new EmbeddingHead(Pooling.CLS, true, 32, true, ""));
    assertThat(head(20).maxSeqLength()).isEqualTo(20);
  }

  @Test
  void readsTheSpellingSinceVersionSix() throws IOException {
    write(
        "modules.json",
        modules(NEW + "transformer.Transformer", "sentence_transformers.x.pooling.Pooling"));
    write("1/config.json", "{\"pooling_mode\": \"max\", \"include_prompt\": true}");
    write("sentence_bert_config.json", "{\"transformer_task\": \"feature-extraction\"}");
    write("tokenizer_config.json", "{\"model_max_length\": 48}");
    write(
        "config_sentence_transformers.json",
        "{\"prompts\": {\"query\": \"query: \"}, \"default_prompt_name\": \"query\"}");
    assertThat(head(64)).isEqualTo(new EmbeddingHead(Pooling.MAX, false, 48, false, "query: "));
  }

  @Test
  void whatItWritesItReads() {
    EmbeddingHead head = new EmbeddingHead(Pooling.CLS, true, 17, true, "passage: ");
    new SentenceWriter(directory).write(head, 8);
    assertThat(head(64)).isEqualTo(head);
  }

  @Test
  void withoutAPoolingThereIsNothing() throws IOException {
    assertThat(SentenceModules.read(directory)).isEmpty();
    write("modules.json", modules(NEW + "transformer.Transformer"));
    assertThat(SentenceModules.read(directory)).isEmpty();
  }

  @Test
  void refusesOtherModules() throws IOException {
    write("modules.json", modules(OLD + "Transformer", OLD + "Pooling", OLD + "Dense"));
    assertThatThrownBy(() -> SentenceModules.read(directory))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("Dense");
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", "../1", "/etc", "a/b"})
  void refusesAFolderOutside(String path) throws IOException {
    write(
        "modules.json",
        modules(OLD + "Transformer", OLD + "Pooling").replace("\"1\"", "\"" + path + "\""));
    assertThatThrownBy(() -> SentenceModules.read(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("path");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"pooling_mode\": \"attention\"}",
        "{\"pooling_mode_cls_token\": true, \"pooling_mode_mean_tokens\": true}",
        "{\"pooling_mode\": \"mean\", \"include_prompt\": false}"
      })
  void refusesOtherPoolings(String config) throws IOException {
    write("modules.json", modules(OLD + "Transformer", OLD + "Pooling"));
    write("1/config.json", config);
    assertThatThrownBy(() -> head(64)).isInstanceOf(UnsupportedFeatureException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "pooling_mode, '\"weightedmean\"', WEIGHTEDMEAN",
    "pooling_mode, '\"lasttoken\"', LASTTOKEN",
    "pooling_mode, '\"mean_sqrt_len_tokens\"', MEAN_SQRT_LEN",
    "pooling_mode_weightedmean_tokens, true, WEIGHTEDMEAN",
    "pooling_mode_lasttoken, true, LASTTOKEN",
    "pooling_mode_mean_sqrt_len_tokens, true, MEAN_SQRT_LEN"
  })
  void knowsEveryPoolingThatIsOne(String key, String value, Pooling expected) throws IOException {
    write("modules.json", modules(OLD + "Transformer", OLD + "Pooling"));
    write("1/config.json", "{\"" + key + "\": " + value + "}");
    assertThat(head(64).pooling()).isEqualTo(expected);
    ConfigFile written = ConfigFile.of("config.json", Json.compact(PoolingKeys.write(expected, 8)));
    assertThat(PoolingKeys.read(written.reader())).isEqualTo(expected);
  }

  private EmbeddingHead head(int maxPositions) {
    return SentenceModules.read(directory).orElseThrow().head(maxPositions);
  }

  /** Modules in the folders "", "1" and "2". */
  private static String modules(String... types) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < types.length; i++) {
      text.append(i == 0 ? "[" : ", ")
          .append("{\"path\": \"" + (i == 0 ? "" : i) + "\", \"type\": \"" + types[i] + "\"}");
    }
    return text + "]";
  }

  private void write(String name, String text) throws IOException {
    Files.createDirectories(directory.resolve(name).getParent());
    Files.writeString(directory.resolve(name), text);
  }
}
