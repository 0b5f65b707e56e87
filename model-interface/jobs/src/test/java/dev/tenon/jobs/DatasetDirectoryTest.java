package dev.tenon.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InvalidInputException;
import dev.tenon.model.ModelRegistry;
import dev.tenon.model.Tokenizer;
import dev.tenon.modelinterface.data.Dataset;
import dev.tenon.modelinterface.data.PromptAnswer;
import dev.tenon.spec.Arguments;
import dev.tenon.tensor.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetDirectoryTest {
  private static final Tokenizer TOKENIZER =
      ModelRegistry.fromServiceLoader()
          .create("hf", "tokens", Device.cpu(), Arguments.of("path", JobCase.MODEL))
          .tokenizer();

  @TempDir private Path directory;

  private void write(String name, String... lines) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, List.of(lines));
  }

  private Dataset training(Optional<PromptTemplate> template) {
    return DatasetDirectory.open(directory).trainingData(TOKENIZER, template);
  }

  @Test
  void filesAreReadInOrderAndThoseForValidationApart() throws IOException {
    write("data/train-2.jsonl", "{\"prompt\": \"c\", \"completion\": \"d\"}");
    write("data/train-1.jsonl", "{\"prompt\": \"a\", \"answer\": \"b\"}");
    write("validation.jsonl", "{\"prompt\": \"e\", \"answer\": \"f\"}");
    write("test.jsonl", "no JSON");
    write("README.md", "words");

    DatasetDirectory files = DatasetDirectory.open(directory);

    assertThat(files.training())
        .extracting(x -> x.getFileName().toString())
        .containsExactly("train-1.jsonl", "train-2.jsonl");
    assertThat(files.trainingData(TOKENIZER, Optional.empty()).size()).isEqualTo(2);
    assertThat(files.validationData(TOKENIZER, Optional.empty()).orElseThrow().size()).isEqualTo(1);
  }

  @Test
  void conversationsAreWrittenByTheModelsTemplate() throws IOException {
    write(
        "train.jsonl",
        "{\"messages\": [{\"role\": \"user\", \"content\": \"hello\"},"
            + " {\"role\": \"assistant\", \"content\": \"there\"}]}");
    assertThatThrownBy(() -> training(PromptTemplate.parse("{prompt}")))
        .hasMessageContaining("chat template");
  }

  @Test
  void aTemplateStandsAroundPromptAndAnswer() throws IOException {
    PromptTemplate template =
        PromptTemplate.parse("## Q\n{prompt}\n## A\n{completion}\nend {x}").orElseThrow();
    assertThat(template.apply(new PromptAnswer("{prompt} why", "{completion}")))
        .isEqualTo(new PromptAnswer("## Q\n{prompt} why\n## A\n", "{completion}\nend {x}"));
    assertThat(PromptTemplate.parse("{prompt} {completion} {answer}")).isEmpty();
    assertThat(PromptTemplate.parse("{answer} {prompt}")).isEmpty();
    assertThat(PromptTemplate.parse("no place")).isEmpty();

    write("train.jsonl", "{\"prompt\": \"a\", \"completion\": \"b\"}");
    assertThat(training(Optional.of(template)).tokens(0))
        .isGreaterThan(training(Optional.empty()).tokens(0));
  }

  @Test
  void whatCannotBeLearnedNamesFileAndLine() throws IOException {
    assertThatThrownBy(() -> DatasetDirectory.open(directory))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("*.jsonl");
    write("train.jsonl", "{\"prompt\": \"a\", \"answer\": \"b\"}", "{\"prompt\": 1}");
    assertThatThrownBy(() -> training(Optional.empty())).hasMessageContaining("train.jsonl:2");
    assertThatThrownBy(() -> training(PromptTemplate.parse("{prompt}")))
        .hasMessageContaining("train.jsonl:2");
  }
}
