package dev.tenon.nn.family.decoder;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Which layers see only the last tokens.
 *
 * @param size tokens that such a layer sees, the query's own among them; 0: no layer is one
 * @param sliding one entry a layer; true: it is one
 */
public record LayerWindows(int size, List<Boolean> sliding) {
  /** Copies and checks; without a layer that slides the size is 0. */
  public LayerWindows {
    sliding = List.copyOf(sliding);
    boolean some = sliding.contains(true);
    if (some && size < 1) {
      throw new InvalidInputException(Problems.problem("sliding_window", size, ">= 1 tokens"));
    }
    size = some ? size : 0;
  }

  /** All layers see everything before them. */
  public static LayerWindows none(int layers) {
    return new LayerWindows(0, Collections.nCopies(layers, false));
  }

  /**
   * All layers alike.
   *
   * @param size 0: they see everything
   */
  public static LayerWindows everywhere(int size, int layers) {
    return new LayerWindows(size, Collections.nCopies(layers, size > 0));
  }

  /** The window of a layer as an expression of {@code layer}, in the text of a program. */
  String layerText() {
    if (!sliding.contains(true)) {
      return "0";
    }
    if (!sliding.contains(false)) {
      return Integer.toString(size);
    }
    return sliding.stream()
        .map(x -> x ? Integer.toString(size) : "0")
        .collect(Collectors.joining(", ", "[", "][layer]"));
  }
}
