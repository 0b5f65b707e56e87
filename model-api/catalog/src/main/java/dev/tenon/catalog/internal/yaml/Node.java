package dev.tenon.catalog.internal.yaml;

import java.util.List;
import java.util.Optional;

/** A value of a document. */
public sealed interface Node {
  /** Where it begins. */
  Place place();

  /**
   * A text in its source form.
   *
   * @param plain unquoted, no block, and without a tag: its form tells its type
   * @param tag one of the core ones, such as {@code int}
   */
  record Scalar(String text, boolean plain, Optional<String> tag, Place place) implements Node {}

  /** A list. */
  record Sequence(List<Node> items, Place place) implements Node {
    /** Copies. */
    public Sequence {
      items = List.copyOf(items);
    }
  }

  /** A mapping in the document's order; no key stands twice. */
  record Mapping(List<Entry> entries, Place place) implements Node {
    /** Copies. */
    public Mapping {
      entries = List.copyOf(entries);
    }

    /** The entry of a key. */
    public Optional<Entry> get(String key) {
      return entries.stream().filter(x -> x.key().equals(key)).findFirst();
    }
  }

  /** A key and its value. */
  record Entry(String key, Place place, Node value) {}
}
