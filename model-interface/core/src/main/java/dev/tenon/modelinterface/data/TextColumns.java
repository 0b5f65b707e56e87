package dev.tenon.modelinterface.data;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * Where a file holds texts and labels: keys of a JSON Lines file, names in the first line of a CSV
 * file.
 *
 * @param texts one or more, in the order of the texts of an item
 * @param label of the label or score, if items have one
 */
public record TextColumns(List<String> texts, Optional<String> label) {
  /** Copies and checks. */
  public TextColumns {
    texts = List.copyOf(texts);
    Problems problems = new Problems();
    problems.check(!texts.isEmpty(), "text columns", texts, "at least one");
    problems.check(
        new HashSet<>(texts).size() == texts.size() && !label.map(texts::contains).orElse(false),
        "columns",
        texts + label.map(x -> " and " + x).orElse(""),
        "different from one another");
    problems.throwIfAny(InvalidInputException::new);
  }

  /** Texts without a label. */
  public static TextColumns of(String... texts) {
    return new TextColumns(List.of(texts), Optional.empty());
  }

  /** The same texts with a label or score. */
  public TextColumns labelled(String column) {
    return new TextColumns(texts, Optional.of(column));
  }
}
