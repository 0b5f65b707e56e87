package dev.tenon.modelinterface.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.backend.testkit.ByteTokenizer;
import dev.tenon.backend.testkit.FakeNetwork;
import dev.tenon.error.InvalidInputException;
import dev.tenon.model.Head;
import dev.tenon.model.Model;
import dev.tenon.spec.ClassificationHead;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.FieldKind;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelledTextTest {
  private static final TextColumns COLUMNS = TextColumns.of("text").labelled("label");
  private static final TextColumns PAIRS = TextColumns.of("a", "b").labelled("label");
  private static final TextEncoder ENCODER =
      new TextEncoder(new ByteTokenizer(), 40, false, false, "");

  @TempDir Path directory;

  private static ClassificationHead classes(String problem, String... names) {
    return new ClassificationHead(List.of(names), Optional.of(problem));
  }

  private static final ClassificationHead MOOD =
      classes("single_label_classification", "negative", "positive");

  private Path file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  private static List<TensorData> labels(Dataset data) {
    List<TensorData> labels = new ArrayList<>();
    for (int i = 0; i < data.size(); i++) {
      labels.add(data.item(i).get("class_labels"));
    }
    return labels;
  }

  private static TensorData number(long value) {
    return TensorData.ofLongs(new long[] {value}, 1);
  }

  private static TensorData row(float... values) {
    return TensorData.ofFloats(values, 1, values.length);
  }

  @Test
  void readsNamesAndNumbersOfJsonLines() throws IOException {
    Path file =
        file(
            "a.jsonl",
            """
            {"text": "fine", "label": "positive", "more": null}
            {"label": 0, "text": "bad"}

            {"text": "so so", "label": "1"}
            """);
    Dataset data = LabelledText.read(file, COLUMNS, ENCODER, MOOD);
    assertThat(labels(data)).containsExactly(number(1), number(0), number(1));
    NamedArray item = data.item(2);
    assertThat(item.items().ids()).containsExactly("4");
    assertThat(item.get("input_ids").toLongs())
        .containsExactly(ByteTokenizer.BOS, 's', 'o', ' ', 's', 'o');
    assertThat(item.names()).containsExactly("class_labels", "input_ids");
  }

  @Test
  void readsTheSameFromCsvWithQuotesAndALineBreakInAField() throws IOException {
    Path file =
        file(
            "a.csv",
            "\uFEFFid,label,text\r\n1,positive,\"fine, \"\"really\"\"\nfine\"\r\n\r\n2,0,bad\r\n");
    Dataset data = LabelledText.read(file, COLUMNS, ENCODER, MOOD);
    assertThat(labels(data)).containsExactly(number(1), number(0));
    byte[] first = "fine, \"really\"\nfine".getBytes(StandardCharsets.UTF_8);
    assertThat(data.tokens(0)).isEqualTo(1 + first.length);
    assertThat(data.item(0).items().ids()).containsExactly("2");
    assertThat(data.item(1).items().ids()).containsExactly("5"); // the line it starts at
  }

  @Test
  void readsTabs() throws IOException {
    Path file = file("a.TSV", "text\tlabel\nfine, so\tpositive\n");
    assertThat(LabelledText.read(file, COLUMNS, ENCODER, MOOD).tokens(0)).isEqualTo(9);
  }

  @Test
  void aPairIsOneSequenceWithTypes() throws IOException {
    Path file = file("p.jsonl", "{\"a\": \"one\", \"b\": \"two\", \"label\": 1}\n");
    NamedArray item = LabelledText.read(file, PAIRS, ENCODER, MOOD).item(0);
    assertThat(item.items().sequences()).isEqualTo(1);
    assertThat(item.names()).containsExactly("class_labels", "input_ids", "token_type_ids");
  }

  @Test
  void severalLabelsBecomeAFieldOfZerosAndOnes() throws IOException {
    ClassificationHead topics = classes("multi_label_classification", "art", "law", "war");
    Path json =
        file(
            "t.jsonl",
            "{\"text\": \"x\", \"label\": [\"war\", 0]}\n{\"text\": \"y\", \"label\": []}\n");
    Path csv = file("t.csv", "text,label\nx,war|0\ny,\n");
    for (Path file : List.of(json, csv)) {
      Dataset data = LabelledText.read(file, COLUMNS, ENCODER, topics);
      assertThat(labels(data)).containsExactly(row(1, 0, 1), row(0, 0, 0));
      NamedArray batch = data.batches(BatchSize.items(2)).iterator().next();
      assertThat(batch.get("class_labels").shape().toArray()).containsExactly(2, 3);
      assertThat(batch.kind("class_labels")).isEqualTo(FieldKind.SEQUENCE);
    }
  }

  @Test
  void aRegressionHasNumbers() throws IOException {
    Path file = file("r.csv", "text,label\nx,0.25\ny,-3e2\n");
    Dataset data = LabelledText.read(file, COLUMNS, ENCODER, classes("regression", "LABEL_0"));
    assertThat(labels(data)).containsExactly(row(0.25f), row(-300));
    assertThat(data.item(0).get("class_labels").dtype()).isEqualTo(DType.F32);
  }

  @Test
  void withoutALabelColumnThereAreNoLabels() throws IOException {
    Path file = file("u.csv", "text,label\nx,what?\n");
    Dataset data = LabelledText.read(file, TextColumns.of("text"), ENCODER, MOOD);
    assertThat(data.item(0).names()).containsExactly("input_ids");
  }

  @Test
  void tellsFileLineAndColumnOfEveryWrongLine() throws IOException {
    Path csv = file("w.csv", "text,label\nx,positve\n\"\",2\nonly\n" + "z".repeat(50) + ",1\n");
    assertThatThrownBy(() -> LabelledText.read(csv, COLUMNS, ENCODER, MOOD))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(
            csv
                + ":2: column 2, label: label: \"positve\" (expected: one of [negative, positive],"
                + " or 0 to 1; did you mean positive?)",
            csv + ":3: column 2, label: label: \"2\"",
            csv + ":4: fields: 1 (expected: 2, as in the first line)",
            csv + ":5: text: 51 tokens (expected: 1 to 40, or truncation)");
    Path json = file("w.jsonl", "{\"text\": 3}\n{\"text\": \"x\", \"label\": true}\n");
    assertThatThrownBy(() -> LabelledText.read(json, COLUMNS, ENCODER, MOOD))
        .hasMessageContainingAll(
            json + ":1: text: 3 (expected: a string)",
            json + ":2: label: true (expected: a string, a number or a list of these)");
  }

  @Test
  void refusesFilesThatAreNoCsv() throws IOException {
    Path open = file("o.csv", "text,label\n\"never closed,1\n");
    Path bytes = directory.resolve("b.csv");
    Files.write(bytes, new byte[] {'t', 'e', 'x', 't', '\n', (byte) 0xC3, '\n'});
    Path twice = file("d.csv", "text,text\nx,y\n");
    Path empty = file("e.csv", "");
    Path other = file("n.csv", "sentence,label\nx,1\n");
    assertThatThrownBy(() -> LabelledText.read(bytes, TextColumns.of("text"), ENCODER, MOOD))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("b.csv (expected: CSV in UTF-8");
    assertThatThrownBy(() -> LabelledText.read(twice, COLUMNS, ENCODER, MOOD))
        .hasMessageContaining(":1: columns: [text, text]");
    assertThatThrownBy(() -> LabelledText.read(empty, COLUMNS, ENCODER, MOOD))
        .hasMessageContaining("examples of " + empty + ": 0");
    assertThatThrownBy(() -> LabelledText.read(other, COLUMNS, ENCODER, MOOD))
        .hasMessageContaining(":2: column text: missing (expected: one of [sentence, label])");
    assertThatThrownBy(() -> LabelledText.read(directory.resolve("no.csv"), COLUMNS, ENCODER, MOOD))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> LabelledText.read(open, COLUMNS, ENCODER, MOOD))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void listsInMemoryReadLikeFilesAndTakeTheirClassesFromTheModel() {
    Model model =
        FakeNetwork.random(258, 4, 30, Head.SEQUENCE_CLASSIFICATION, 1)
            .model("m", new ByteTokenizer());
    Dataset data =
        LabelledText.of(List.of(LabelledText.of("x", "LABEL_2"), LabelledText.of("y", "0")), model);
    assertThat(labels(data)).containsExactly(number(2), number(0));
    assertThatThrownBy(() -> LabelledText.of(List.of(LabelledText.of("x", "4")), model))
        .hasMessageContaining("example 1: label: \"4\"");
    assertThatThrownBy(() -> LabelledText.of(List.of(LabelledText.of("x", "0", "1")), model))
        .hasMessageContaining("labels: [0, 1] (expected: one)");
  }

  @Test
  void aNameThatIsANumeralCountsAsName() {
    ClassificationHead stars = classes("single_label_classification", "1", "2", "3");
    Dataset data = LabelledText.of(List.of(LabelledText.of("x", "3")), ENCODER, stars);
    assertThat(labels(data)).containsExactly(number(2));
  }
}
