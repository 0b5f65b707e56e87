package dev.tenon.nn.tokenizer;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Tokenizer.Encoding;
import dev.tenon.model.Tokenizer.Padding;
import dev.tenon.model.Tokenizer.Span;
import dev.tenon.tensor.TokenIds;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
    if (row.ids().size() <= maxLength) {
      return row;
    }
    List<Integer> text = text(row);
    return without(row, surplus(text, room(row, text, maxLength), fromStart));
  }

  /**
   * The same for a pair; the longer text loses tokens until both are equally long, then both do
   * (tokenizers: {@code TruncationStrategy::LongestFirst}).
   *
   * @param firstTokens tokens of the first text, without the template's
   */
  static Encoding cutPair(Encoding row, int firstTokens, int maxLength, boolean fromStart) {
    if (row.ids().size() <= maxLength) {
      return row;
    }
    List<Integer> text = text(row);
    int room = room(row, text, maxLength);
    int shorter = Math.min(firstTokens, text.size() - firstTokens);
    int longer = Math.max(shorter, room - shorter);
    if (shorter + longer > room) {
      shorter = room / 2;
      longer = room - shorter;
    }
    boolean firstIsLonger = firstTokens > text.size() - firstTokens;
    List<Integer> first = text.subList(0, firstTokens);
    List<Integer> second = text.subList(firstTokens, text.size());
    Set<Integer> gone = new HashSet<>(surplus(first, firstIsLonger ? longer : shorter, fromStart));
    gone.addAll(surplus(second, firstIsLonger ? shorter : longer, fromStart));
    return without(row, gone);
  }

  /** The places of a row's tokens that are not the template's. */
  private static List<Integer> text(Encoding row) {
    return IntStream.range(0, row.ids().size())
        .filter(i -> !row.specialTokensMask().get(i))
        .boxed()
        .toList();
  }

  private static int room(Encoding row, List<Integer> text, int maxLength) {
    int specials = row.ids().size() - text.size();
    if (maxLength < specials || maxLength < 1) {
      throw new InvalidInputException(
          Problems.problem(
              "max length",
              maxLength,
              ">= 1 and >= the " + specials + " special tokens of the template"));
    }
    return maxLength - specials;
  }

  private static List<Integer> surplus(List<Integer> text, int room, boolean fromStart) {
    int surplus = Math.max(0, text.size() - room);
    return fromStart ? text.subList(0, surplus) : text.subList(text.size() - surplus, text.size());
  }

  private static Encoding without(Encoding row, Collection<Integer> gone) {
    Set<Integer> places = new HashSet<>(gone);
    int[] kept = IntStream.range(0, row.ids().size()).filter(i -> !places.contains(i)).toArray();
    return select(row, kept);
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
