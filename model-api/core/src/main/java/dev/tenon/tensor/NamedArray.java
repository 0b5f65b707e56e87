package dev.tenon.tensor;

import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnknownNameException;
import dev.tenon.internal.Nearest;
import dev.tenon.internal.Problems;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * What the verbs of the SDK take and return: named tensors, metadata (text by name) and, for a
 * packed batch, the layout of its {@link Items}. With items, every field has a {@link FieldKind},
 * its first axis counts the entries of that kind, and the operations work on items; without, they
 * work on rows of the first axis. Immutable and safe for threads; equal when items, names, kinds,
 * bits and metadata are.
 *
 * <p>Names are sorted and may nest by dots ({@code "a.b"}); {@link StandardField} lists the shared
 * ones. Metadata survives every operation; where arrays come together, a key with two values is an
 * error. Whatever does not fit is an {@link InvalidInputException} that reports all problems of the
 * call together.
 *
 * <p>The file is long because the operations of one value stand together; how they work lies in
 * classes beside it.
 */
public final class NamedArray {
  private final Optional<Items> items;
  private final NavigableMap<String, TensorData> fields;
  private final Map<String, FieldKind> kinds;
  private final SortedMap<String, String> metadata;

  /** Checks everything, always: no other code makes one. */
  NamedArray(
      Optional<Items> items,
      Map<String, TensorData> fields,
      Map<String, FieldKind> kinds,
      Map<String, String> metadata) {
    this.items = items;
    this.fields = Collections.unmodifiableNavigableMap(new TreeMap<>(fields));
    this.kinds = Map.copyOf(kinds);
    this.metadata = Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
    FieldRules.check(items, this.fields, this.kinds);
  }

  /** An array without items. */
  public static NamedArray of(Map<String, TensorData> fields) {
    return new NamedArray(Optional.empty(), fields, Map.of(), Map.of());
  }

  /** A builder for a packed batch. */
  public static Builder builder(Items items) {
    return new Builder(items);
  }

  /** Collects the fields of a packed batch. Not thread-safe. */
  public static final class Builder {
    private final Items items;
    private final Map<String, TensorData> fields = new TreeMap<>();
    private final Map<String, FieldKind> kinds = new HashMap<>();
    private final Map<String, String> metadata = new TreeMap<>();
    private final Problems problems = new Problems();

    private Builder(Items items) {
      this.items = items;
    }

    /** Adds a standard field, whose kind is known. */
    public Builder put(String name, TensorData tensor) {
      Optional<FieldKind> kind = FieldRules.standardKind(items, name, tensor);
      kind.ifPresentOrElse(x -> put(name, x, tensor), () -> problems.add(FieldRules.noKind(name)));
      return this;
    }

    /** Adds a field of a kind. */
    public Builder put(String name, FieldKind kind, TensorData tensor) {
      problems.check(fields.put(name, tensor) == null, "field", name, "put once");
      kinds.put(name, kind);
      return this;
    }

    /** Adds an entry of metadata; a later value replaces an earlier one. */
    public Builder metadata(String key, String value) {
      metadata.put(key, value);
      return this;
    }

    /** Checks everything once and reports all problems together. */
    public NamedArray build() {
      FieldRules.collect(problems, Optional.of(items), fields, kinds);
      problems.throwIfAny(InvalidInputException::new);
      return new NamedArray(Optional.of(items), fields, kinds, metadata);
    }
  }

  /** All full names, sorted. */
  public SortedSet<String> names() {
    return fields.navigableKeySet();
  }

  /** True when there is a field of this full name. */
  public boolean has(String name) {
    return fields.containsKey(name);
  }

  /**
   * The field of a full name.
   *
   * @throws UnknownNameException listing the known names
   */
  public TensorData get(String name) {
    return find(name).orElseThrow(() -> unknown(name));
  }

  /** The field of a full name, if there is one. */
  public Optional<TensorData> find(String name) {
    return Optional.ofNullable(fields.get(name));
  }

  /**
   * What the first axis of a field counts.
   *
   * @throws InvalidInputException if the array has no items
   */
  public FieldKind kind(String name) {
    items();
    return Optional.ofNullable(kinds.get(name)).orElseThrow(() -> unknown(name));
  }

  /** The metadata, sorted by key, unmodifiable. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /**
   * The layout.
   *
   * @throws InvalidInputException if there is none
   */
  public Items items() {
    return items.orElseThrow(
        () ->
            new InvalidInputException(
                Problems.problem("array", this, "items, from NamedArray.builder")));
  }

  /** True for a packed batch. */
  public boolean hasItems() {
    return items.isPresent();
  }

  /**
   * Number of items; without items, of rows of the first axis, on which all fields agree (0 without
   * fields).
   */
  public long length() {
    return items.map(x -> (long) x.count()).orElseGet(() -> FieldRules.rows(fields));
  }

  /**
   * The array with a field added or replaced; with items, one of a standard name or of a name
   * already there.
   */
  public NamedArray with(String name, TensorData tensor) {
    if (items.isEmpty()) {
      return withFields(plus(fields, name, tensor), kinds);
    }
    FieldKind kind =
        Optional.ofNullable(kinds.get(name))
            .or(() -> FieldRules.standardKind(items(), name, tensor))
            .orElseThrow(() -> new InvalidInputException(FieldRules.noKind(name)));
    return with(name, kind, tensor);
  }

  /** The batch with a field of a kind added or replaced. */
  public NamedArray with(String name, FieldKind kind, TensorData tensor) {
    items();
    return withFields(plus(fields, name, tensor), plus(kinds, name, kind));
  }

  /** The array with an entry of metadata added or replaced. */
  public NamedArray withMetadata(String key, String value) {
    return new NamedArray(items, fields, kinds, plus(metadata, key, value));
  }

  /** The array without some keys of metadata; keys that are not there are no error. */
  public NamedArray withoutMetadata(String... keys) {
    Map<String, String> left = new TreeMap<>(metadata);
    left.keySet().removeAll(List.of(keys));
    return new NamedArray(items, fields, kinds, left);
  }

  /**
   * The array without some fields.
   *
   * @throws UnknownNameException for a name that is not there
   */
  public NamedArray without(String... names) {
    Map<String, TensorData> left = new TreeMap<>(fields);
    Map<String, FieldKind> leftKinds = new HashMap<>(kinds);
    for (String name : names) {
      get(name);
      left.remove(name);
      leftKinds.remove(name);
    }
    return withFields(left, leftKinds);
  }

  /** The array with a field under another name, which is not taken yet; its kind stays. */
  public NamedArray rename(String from, String to) {
    TensorData tensor = get(from);
    if (has(to)) {
      throw new InvalidInputException(Problems.problem("name", to, "one that is not taken"));
    }
    NamedArray rest = without(from);
    return items.isPresent() ? rest.with(to, kind(from), tensor) : rest.with(to, tensor);
  }

  /** Fields and metadata of both: ids and lengths are the same, and what both have is equal. */
  public NamedArray merge(NamedArray other) {
    return Joining.merge(this, other);
  }

  /**
   * Items (without items: rows) {@code from} (inclusive) to {@code to} (exclusive). Shares the
   * bytes.
   */
  public NamedArray slice(int from, int to) {
    if (from < 0 || to < from || to > length()) {
      throw new InvalidInputException(
          Problems.problem("range", from + " to " + to, "within 0 to " + length()));
    }
    return select(IntStream.range(from, to).boxed().toList());
  }

  /**
   * The items (without items: rows) of the given numbers, in the given order. Copies only what does
   * not lie together.
   */
  public NamedArray select(List<Integer> numbers) {
    Optional<Items> selected = items.map(x -> x.select(numbers));
    Map<String, TensorData> chosen = new TreeMap<>();
    fields.forEach((name, tensor) -> chosen.put(name, Joining.select(this, name, tensor, numbers)));
    return new NamedArray(selected, chosen, kinds, metadata);
  }

  /**
   * All items (without items: rows) of the parts in order. The parts have the same fields and no
   * item twice.
   */
  public static NamedArray concat(List<NamedArray> parts) {
    return Joining.concat(parts);
  }

  /**
   * Without items: fields of equal shapes under a new first axis, one row per part. With items: the
   * parts are about the same items, and each item of the result has the sequences of all parts in
   * their order, so that stacking chosen and rejected answers makes pairs; fields of kind ITEM must
   * be equal in all parts and stay as they are.
   */
  public static NamedArray stack(List<NamedArray> parts) {
    return Joining.stack(parts);
  }

  /**
   * Consecutive parts whose numbers of items (without items: rows) differ by at most one; 1 to
   * {@link #length()} parts.
   */
  public List<NamedArray> split(int parts) {
    long count = length();
    if (parts < 1 || parts > count) {
      throw new InvalidInputException(
          Problems.problem("parts", parts, "1 to " + count + ", the length"));
    }
    List<NamedArray> all = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      all.add(slice((int) (i * count / parts), (int) ((i + 1) * count / parts)));
    }
    return List.copyOf(all);
  }

  /**
   * Parts with close token counts, as {@link Items#balanced} groups them; an item stays whole. For
   * the old order of something computed in parts: {@code x = concat(results);
   * x.select(x.items().indexesOf(batch.items().ids()))}.
   */
  public List<NamedArray> splitBalanced(int parts) {
    return items().balanced(parts).stream().map(this::select).toList();
  }

  /**
   * Micro-batches under a budget of tokens, padding counted, as {@link Items#withinPadded} groups
   * them.
   */
  public List<NamedArray> splitWithinPadded(long budget) {
    return items().withinPadded(budget).stream().map(this::select).toList();
  }

  /** The array with every tensor replaced; the first axis keeps its size. */
  public NamedArray map(Function<TensorData, TensorData> change) {
    return map((name, tensor) -> change.apply(tensor));
  }

  /** The array with every tensor replaced, given its name; the first axis keeps its size. */
  public NamedArray map(BiFunction<String, TensorData, TensorData> change) {
    Map<String, TensorData> changed = new TreeMap<>();
    fields.forEach((name, tensor) -> changed.put(name, change.apply(name, tensor)));
    return withFields(changed, kinds);
  }

  /** All fields under their full names, sorted, unmodifiable. */
  public SortedMap<String, TensorData> flatten() {
    return fields;
  }

  /**
   * The fields below a group, {@code "a.b"} of group {@code "a"} as {@code "b"}; items and metadata
   * stay.
   */
  public NamedArray group(String name) {
    String prefix = name + ".";
    if (names().stream().noneMatch(x -> x.startsWith(prefix))) {
      throw unknown(prefix + "*");
    }
    return renamed(
        x -> x.startsWith(prefix) ? Optional.of(x.substring(prefix.length())) : Optional.empty());
  }

  /** All fields below a new group, {@code "b"} as {@code "a.b"}; the reverse of {@link #group}. */
  public NamedArray asGroup(String name) {
    return renamed(x -> Optional.of(name + "." + x));
  }

  private NamedArray renamed(Function<String, Optional<String>> newName) {
    Map<String, TensorData> renamed = new TreeMap<>();
    Map<String, FieldKind> renamedKinds = new HashMap<>();
    for (String name : names()) {
      newName.apply(name).ifPresent(to -> renamed.put(to, get(name)));
      newName
          .apply(name)
          .filter(to -> hasItems())
          .ifPresent(to -> renamedKinds.put(to, kind(name)));
    }
    return withFields(renamed, renamedKinds);
  }

  /** One item (without items: one row) as an array of length 1. */
  public NamedArray item(int index) {
    return slice(index, index + 1);
  }

  /** Number of tokens of an item. */
  public long tokens(int item) {
    return items().tokens(item);
  }

  private NamedArray withFields(
      Map<String, TensorData> newFields, Map<String, FieldKind> newKinds) {
    return new NamedArray(items, newFields, newKinds, metadata);
  }

  private static <V> Map<String, V> plus(Map<String, V> map, String key, V value) {
    Map<String, V> more = new TreeMap<>(map);
    more.put(key, value);
    return more;
  }

  private UnknownNameException unknown(String name) {
    String hint = Nearest.to(name, names()).map(x -> "; did you mean " + x + "?").orElse("");
    return new UnknownNameException(Problems.problem("field", name, "one of " + names() + hint));
  }

  Optional<Items> layout() {
    return items;
  }

  Map<String, FieldKind> kinds() {
    return kinds;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NamedArray that
        && items.equals(that.items)
        && kinds.equals(that.kinds)
        && metadata.equals(that.metadata)
        && fields.equals(that.fields);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * items.hashCode() + fields.hashCode()) + metadata.hashCode();
  }

  /** Items, every field with dtype, shape and kind, and metadata. */
  @Override
  public String toString() {
    return FieldRules.describe(this);
  }
}
