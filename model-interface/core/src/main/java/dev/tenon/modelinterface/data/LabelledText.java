package dev.tenon.modelinterface.data;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Model;
import dev.tenon.spec.ClassificationHead;
import dev.tenon.tensor.TensorData;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A text, or a pair of texts that is one input, and its labels. As tokens: one sequence with
 * special tokens, a pair as the tokenizer's template for pairs says. Its items have {@code
 * input_ids} (I64, token), pairs also {@code token_type_ids} (I64, token), and {@code class_labels}
 * as {@link dev.tenon.modelinterface.classification.ProblemType} tells; their ids are line numbers,
 * from 1.
 *
 * @param text the text, or the first one
 * @param second the second text of a pair
 * @param labels as they are written: the name of a class or its number from 0, of several labels
 *     any number of them, of a regression a number per class
 */
public record LabelledText(String text, Optional<String> second, List<String> labels) {
  /** Copies. */
  public LabelledText {
    labels = List.copyOf(labels);
  }

  /** A text and its labels by name. */
  public static LabelledText of(String text, String... labels) {
    return new LabelledText(text, Optional.empty(), List.of(labels));
  }

  /** A pair and its labels by name. */
  public static LabelledText pair(String first, String second, String... labels) {
    return new LabelledText(first, Optional.of(second), List.of(labels));
  }

  /**
   * Reads a file for a model that classifies; see {@link #read(Path, TextColumns, TextEncoder,
   * ClassificationHead)}. A text longer than the model's positions is an error.
   */
  public static Dataset read(Path file, TextColumns columns, Model model) {
    return read(file, columns, TextEncoder.of(model), head(model));
  }

  /**
   * Reads a file: CSV (RFC 4180, UTF-8, the first line names the columns) if its name ends with
   * {@code .csv}, with tabs if with {@code .tsv}, else JSON Lines. A label is a string or a number;
   * of several labels in JSON a list of these, in CSV separated by {@code |}. Without a label
   * column the items have no {@code class_labels}.
   *
   * @param columns one or two texts, and the label
   * @param classes names of the classes and what is learned of them
   * @throws InvalidInputException if the file cannot be read or holds no example, or with {@code
   *     file:line}, column and reason of up to 20 lines that are wrong
   */
  public static Dataset read(
      Path file, TextColumns columns, TextEncoder encoder, ClassificationHead classes) {
    if (columns.texts().size() > 2) {
      throw new InvalidInputException(
          Problems.problem("text columns", columns.texts(), "one, or two of a pair"));
    }
    Targets targets = Targets.of(classes);
    return new EncodedTexts(TextRows.read(file, row -> item(row, columns, encoder, targets)));
  }

  /** The dataset of texts in memory; their line numbers are their places in the list, from 1. */
  public static Dataset of(List<LabelledText> texts, Model model) {
    return of(texts, TextEncoder.of(model), head(model));
  }

  /** The dataset of texts in memory, encoded so. */
  public static Dataset of(
      List<LabelledText> texts, TextEncoder encoder, ClassificationHead classes) {
    Targets targets = Targets.of(classes);
    return new EncodedTexts(
        JsonLines.number(
            texts, (number, x) -> x.item(number, encoder, Optional.of(targets.of(x.labels)))));
  }

  private static ClassificationHead head(Model model) {
    return model
        .network()
        .classificationHead()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    Problems.problem(
                        "head of model " + model.name(),
                        model.network().head().label(),
                        "one with labels")));
  }

  private static EncodedTexts.Item item(
      TextRow row, TextColumns columns, TextEncoder encoder, Targets targets) {
    List<String> texts = row.texts(columns.texts());
    Optional<String> second = texts.size() > 1 ? Optional.of(texts.get(1)) : Optional.empty();
    Optional<TensorData> labels = columns.label().map(x -> labels(row, x, targets));
    return new LabelledText(texts.get(0), second, List.of()).item(row.number(), encoder, labels);
  }

  private static TensorData labels(TextRow row, String column, Targets targets) {
    List<String> labels = row.labels(column);
    try {
      return targets.of(labels);
    } catch (InvalidInputException e) {
      throw new InvalidInputException(row.place(column) + ": " + e.getMessage(), e);
    }
  }

  private EncodedTexts.Item item(long number, TextEncoder encoder, Optional<TensorData> labels) {
    TokenSequence sequence =
        second.map(x -> encoder.encodePair(text, x)).orElseGet(() -> encoder.encode(text));
    return new EncodedTexts.Item(
        Long.toString(number), List.of(sequence), second.isPresent(), labels);
  }
}
