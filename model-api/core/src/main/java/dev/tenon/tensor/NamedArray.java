package dev.tenon.tensor;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.function.Function;

/** SKELETON: named tensors with metadata and optional items. */
public final class NamedArray {
  private NamedArray() {}

  /** Without items. */
  public static NamedArray of(Map<String, TensorData> fields) { throw new UnsupportedOperationException(); }

  /** A builder for packed fields; standard names know their kind. */
  public static Builder builder(Items items) { throw new UnsupportedOperationException(); }

  public static final class Builder {
    private Builder() {}

    /** A standard field (input_ids, labels, …), whose kind is known. */
    public Builder put(String name, TensorData tensor) { throw new UnsupportedOperationException(); }

    public Builder put(String name, FieldKind kind, TensorData tensor) { throw new UnsupportedOperationException(); }

    public Builder metadata(String key, String value) { throw new UnsupportedOperationException(); }

    /** Checks everything once and reports all problems together. */
    public NamedArray build() { throw new UnsupportedOperationException(); }
  }

  public SortedSet<String> names() { throw new UnsupportedOperationException(); }

  public boolean has(String name) { throw new UnsupportedOperationException(); }

  /** The field; UnknownNameException lists the known ones. */
  public TensorData get(String name) { throw new UnsupportedOperationException(); }

  public Optional<TensorData> find(String name) { throw new UnsupportedOperationException(); }

  public FieldKind kind(String name) { throw new UnsupportedOperationException(); }

  public Map<String, String> metadata() { throw new UnsupportedOperationException(); }

  /** InvalidInputException if there are none. */
  public Items items() { throw new UnsupportedOperationException(); }

  public boolean hasItems() { throw new UnsupportedOperationException(); }

  /** Number of items, or of rows of the first axis if all fields agree. */
  public long length() { throw new UnsupportedOperationException(); }

  public NamedArray with(String name, TensorData tensor) { throw new UnsupportedOperationException(); }

  public NamedArray with(String name, FieldKind kind, TensorData tensor) { throw new UnsupportedOperationException(); }

  public NamedArray withMetadata(String key, String value) { throw new UnsupportedOperationException(); }

  public NamedArray without(String... names) { throw new UnsupportedOperationException(); }

  public NamedArray rename(String from, String to) { throw new UnsupportedOperationException(); }

  /** Fields of both; same ids and lengths. */
  public NamedArray merge(NamedArray other) { throw new UnsupportedOperationException(); }

  /** Items from..to. */
  public NamedArray slice(int from, int to) { throw new UnsupportedOperationException(); }

  /** The items in the given order, a subset or all. */
  public NamedArray select(List<Integer> items) { throw new UnsupportedOperationException(); }

  public static NamedArray concat(List<NamedArray> parts) { throw new UnsupportedOperationException(); }

  public static NamedArray stack(List<NamedArray> parts) { throw new UnsupportedOperationException(); }

  public List<NamedArray> split(int parts) { throw new UnsupportedOperationException(); }

  /** k parts with close token counts; see DESIGN. */
  public List<NamedArray> splitBalanced(int parts) { throw new UnsupportedOperationException(); }

  public NamedArray map(Function<TensorData, TensorData> change) { throw new UnsupportedOperationException(); }

  public NamedArray item(int index) { throw new UnsupportedOperationException(); }

  public long tokens(int item) { throw new UnsupportedOperationException(); }
}
