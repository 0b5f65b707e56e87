package dev.tenon.tensor;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Collectors;

/** What the fields of a {@link NamedArray} must be, and how they are described. */
final class FieldRules {
  private FieldRules() {}

  static void check(
      Optional<Items> items, Map<String, TensorData> fields, Map<String, FieldKind> kinds) {
    Problems problems = new Problems();
    collect(problems, items, fields, kinds);
    problems.throwIfAny(InvalidInputException::new);
  }

  static void collect(
      Problems problems,
      Optional<Items> items,
      Map<String, TensorData> fields,
      Map<String, FieldKind> kinds) {
    for (String name : fields.keySet()) {
      checkName(problems, name, fields);
    }
    items.ifPresent(
        x ->
            kinds.forEach(
                (name, kind) -> checkField(problems, x, name, kind, tensor(fields, name))));
  }

  private static TensorData tensor(Map<String, TensorData> fields, String name) {
    return Optional.ofNullable(fields.get(name)).orElseThrow();
  }

  private static void checkName(Problems problems, String name, Map<String, TensorData> fields) {
    boolean wellFormed = Arrays.stream(name.split("\\.", -1)).noneMatch(String::isBlank);
    problems.check(wellFormed, "field name", "\"" + name + "\"", "words separated by dots");
    for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      String group = name.substring(0, dot);
      problems.check(
          !fields.containsKey(group), "field " + group, "also a group, of " + name, "one of both");
    }
  }

  private static void checkField(
      Problems problems, Items items, String name, FieldKind kind, TensorData tensor) {
    String field = "field " + name;
    Shape shape = tensor.shape();
    long entries = items.entries(kind);
    problems.check(
        shape.rank() > 0 && shape.dim(0) == entries,
        field,
        "shape " + shape,
        entries + " rows, one per " + text(kind) + " of " + items);
    StandardField.find(name)
        .ifPresent(
            standard -> {
              problems.check(
                  standard.dtypes().contains(tensor.dtype()),
                  field,
                  tensor.dtype(),
                  "dtype " + anyOf(standard.dtypes()));
              problems.check(
                  standard.kinds().contains(kind),
                  field,
                  "kind " + text(kind),
                  anyOf(standard.kinds().stream().map(FieldRules::text).toList()));
              problems.check(
                  shape.rank() == 1 || (standard.mayBeMatrix() && shape.rank() == 2),
                  field,
                  "shape " + shape,
                  standard.mayBeMatrix() ? "one or two dimensions" : "one dimension");
            });
  }

  private static String anyOf(Collection<?> values) {
    return values.stream().map(String::valueOf).sorted().collect(Collectors.joining(" or "));
  }

  /** The kind that a standard name has for this tensor; empty for another name. */
  static Optional<FieldKind> standardKind(Items items, String name, TensorData tensor) {
    return StandardField.find(name)
        .map(
            standard ->
                standard.kinds().stream()
                    .filter(
                        x -> tensor.shape().rank() > 0 && tensor.shape().dim(0) == items.entries(x))
                    .findFirst()
                    .orElse(standard.kinds().get(0)));
  }

  static String noKind(String name) {
    return Problems.problem("field " + name, "no kind", "a kind, for it is no standard field");
  }

  /** Rows of the first axis, on which all fields agree. */
  static long rows(SortedMap<String, TensorData> fields) {
    List<Long> rows = new ArrayList<>();
    fields.forEach(
        (name, tensor) -> rows.add(tensor.shape().rank() == 0 ? -1 : tensor.shape().dim(0)));
    if (rows.stream().distinct().count() > 1 || rows.contains(-1L)) {
      throw new InvalidInputException(
          Problems.problem("fields", shapes(fields), "the same first dimension"));
    }
    return rows.isEmpty() ? 0 : rows.get(0);
  }

  private static String shapes(Map<String, TensorData> fields) {
    return fields.entrySet().stream()
        .map(x -> x.getKey() + ": " + x.getValue().dtype() + " " + x.getValue().shape())
        .collect(Collectors.joining(", ", "{", "}"));
  }

  static String describe(NamedArray array) {
    List<String> parts = new ArrayList<>();
    array.layout().ifPresent(x -> parts.add(x.toString()));
    array
        .flatten()
        .forEach(
            (name, tensor) -> {
              String kind = array.hasItems() ? " " + text(array.kind(name)) : "";
              parts.add(name + ": " + tensor.dtype() + " " + tensor.shape() + kind);
            });
    if (!array.metadata().isEmpty()) {
      parts.add("metadata " + array.metadata());
    }
    return "NamedArray(" + String.join("; ", parts) + ")";
  }

  /** For example {@code next-token}. */
  static String text(FieldKind kind) {
    return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
