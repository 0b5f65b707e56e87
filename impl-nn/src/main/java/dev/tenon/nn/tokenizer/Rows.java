package dev.tenon.nn.tokenizer;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Tokenizer.Encoding;
import dev.tenon.model.Tokenizer.Padding;
import dev.tenon.model.Tokenizer.Span;
import dev.tenon.tensor.TokenIds;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Cuts and fills encodings to rows, as the tokenizers library does. It is done here because there
 * it is a setting of the whole tokenizer, which threads share.
 */
final class Rows {
  private Rows() {}

  /**
   * At most {@code maxLength} tokens: the template's tokens stay, text goes, from the end or the
   * start.
   *
   * @throws InvalidInputException if the template's tokens alone are more
   */
  static Encoding cut(Encoding row, int maxLength, boolean fromStart) {
    int size = row.ids().size();
    if (size <= maxLength) {
      return row;
    }
    List<Integer> text =
        IntStream.range(0, size).filter(i -> !row.specialTokensMask().get(i)).boxed().toList();
    int specials = size - text.size();
    if (maxLength < specials || maxLength < 1) {
      throw new InvalidInputException(
          Problems.problem(
              "max length",
              maxLength,
              ">= 1 and >= the " + specials + " special tokens of the template"));
    }
    int room = maxLength - specials;
    List<Integer> gone =
        fromStart ? text.subList(0, text.size() - room) : text.subList(room, text.size());
    int first = gone.get(0);
    int last = gone.get(gone.size() - 1);
    return select(row, IntStream.range(0, size).filter(i -> i < first || i > last).toArray());
  }

  private static Encoding select(Encoding row, int[] kept) {
    return new Encoding(
        TokenIds.of(IntStream.of(kept).mapToLong(row.ids()::get).toArray()),
        IntStream.of(kept).mapToObj(row.tokens()::get).toList(),
        IntStream.of(kept).mapToObj(row.typeIds()::get).toList(),
        IntStream.of(kept).mapToObj(row.specialTokensMask()::get).toList(),
        IntStream.of(kept).mapToObj(row.attentionMask()::get).toList(),
        IntStream.of(kept).mapToObj(row.offsets()::get).toList());
  }

  /** The row with pad tokens up to {@code length}. */
  static Encoding fill(Encoding row, int length, Padding padding, long padId, String padToken) {
    int missing = length - row.ids().size();
    if (missing <= 0 || padding == Padding.NONE) {
      return row;
    }
    boolean left = padding == Padding.LEFT;
    TokenIds pads =
        TokenIds.of(
            Collections.nCopies(missing, padId).stream().mapToLong(Long::longValue).toArray());
    return new Encoding(
        left ? pads.concat(row.ids()) : row.ids().concat(pads),
        join(row.tokens(), Collections.nCopies(missing, padToken), left),
        join(row.typeIds(), Collections.nCopies(missing, 0), left),
        join(row.specialTokensMask(), Collections.nCopies(missing, true), left),
        join(row.attentionMask(), Collections.nCopies(missing, false), left),
        join(row.offsets(), Collections.nCopies(missing, new Span(0, 0)), left));
  }

  private static <T> List<T> join(List<T> row, List<T> pads, boolean left) {
    return Stream.concat((left ? pads : row).stream(), (left ? row : pads).stream()).toList();
  }
}
