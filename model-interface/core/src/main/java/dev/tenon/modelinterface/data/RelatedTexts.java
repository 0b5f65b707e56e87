package dev.tenon.modelinterface.data;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.tensor.TensorData;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Two or more texts and how alike they are: a pair with a score; an anchor, its positive and
 * perhaps hard negatives. As tokens: a sequence per text, with special tokens. Its items have
 * {@code input_ids} (I64, token) and, with a score, {@code class_labels} (F32, item); their ids are
 * line numbers, from 1.
 *
 * @param texts two or more
 * @param score of a pair, as far as the loss wants one
 */
public record RelatedTexts(List<String> texts, OptionalDouble score) {
  /** Copies and checks. */
  public RelatedTexts {
    texts = List.copyOf(texts);
    if (texts.size() < 2) {
      throw new InvalidInputException(Problems.problem("texts", texts.size(), "two or more"));
    }
  }

  /** A pair with a score. */
  public static RelatedTexts scored(String first, String second, double score) {
    return new RelatedTexts(List.of(first, second), OptionalDouble.of(score));
  }

  /** An anchor, its positive, and hard negatives. */
  public static RelatedTexts of(String... texts) {
    return new RelatedTexts(List.of(texts), OptionalDouble.empty());
  }

  /**
   * Reads a file: CSV (RFC 4180, UTF-8, the first line names the columns) if its name ends with
   * {@code .csv}, with tabs if with {@code .tsv}, else JSON Lines.
   *
   * @param columns two or more texts, and the score if there is one
   * @throws InvalidInputException if the file cannot be read or holds no example, or with {@code
   *     file:line}, column and reason of up to 20 lines that are wrong
   */
  public static Dataset read(Path file, TextColumns columns, TextEncoder encoder) {
    return new EncodedTexts(
        TextRows.read(file, row -> parse(row, columns).item(row.number(), encoder)));
  }

  /** The dataset of texts in memory; their line numbers are their places in the list, from 1. */
  public static Dataset of(List<RelatedTexts> texts, TextEncoder encoder) {
    return new EncodedTexts(JsonLines.number(texts, (number, x) -> x.item(number, encoder)));
  }

  private static RelatedTexts parse(TextRow row, TextColumns columns) {
    Optional<Double> score = columns.label().map(x -> score(row, x));
    return new RelatedTexts(
        row.texts(columns.texts()), score.map(OptionalDouble::of).orElseGet(OptionalDouble::empty));
  }

  private static double score(TextRow row, String column) {
    List<String> written = row.labels(column);
    if (written.size() != 1) {
      throw new InvalidInputException(Problems.problem(row.place(column), written, "one number"));
    }
    return Numeral.of(row.place(column), written.get(0));
  }

  private EncodedTexts.Item item(long number, TextEncoder encoder) {
    Optional<TensorData> labels =
        score.isPresent()
            ? Optional.of(TensorData.ofFloats(new float[] {(float) score.getAsDouble()}, 1))
            : Optional.empty();
    return new EncodedTexts.Item(Long.toString(number), encoder.encodeAll(texts), false, labels);
  }
}
