package dev.tenon.tensor;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Takes arrays apart and puts them together; the rules are those of the methods of {@link
 * NamedArray}.
 */
final class Joining {
  private Joining() {}

  /** Runs of neighbours are taken as one slice, so that a range copies nothing. */
  static TensorData select(
      NamedArray array, String name, TensorData tensor, List<Integer> numbers) {
    List<TensorData> runs = new ArrayList<>();
    for (int i = 0; i < numbers.size(); ) {
      int end = i + 1;
      while (end < numbers.size() && numbers.get(end) == numbers.get(end - 1) + 1) {
        end++;
      }
      runs.add(range(array, name, tensor, numbers.get(i), numbers.get(end - 1)));
      i = end;
    }
    return runs.isEmpty() ? tensor.slice(0, 0) : TensorData.concat(runs);
  }

  private static TensorData range(
      NamedArray array, String name, TensorData tensor, int first, int last) {
    if (!array.hasItems()) {
      return tensor.slice(first, last + 1L);
    }
    FieldKind kind = array.kind(name);
    return tensor.slice(array.items().start(kind, first), array.items().end(kind, last));
  }

  static NamedArray merge(NamedArray a, NamedArray b) {
    Problems problems = new Problems();
    problems.check(
        a.layout().equals(b.layout()),
        "items",
        shown(b),
        shown(a) + ", with the same ids and lengths");
    Map<String, TensorData> fields = new TreeMap<>(a.flatten());
    Map<String, FieldKind> kinds = new HashMap<>(a.kinds());
    b.flatten()
        .forEach(
            (name, tensor) -> {
              TensorData had = fields.putIfAbsent(name, tensor);
              problems.check(
                  had == null || had.equals(tensor),
                  "field " + name,
                  tensor,
                  had + ", as in the first array");
            });
    b.kinds()
        .forEach(
            (name, kind) -> {
              FieldKind had = kinds.putIfAbsent(name, kind);
              problems.check(
                  had == null || had == kind,
                  "kind of " + name,
                  kind,
                  had + ", as in the first array");
            });
    Map<String, String> metadata = metadata(problems, List.of(a, b));
    problems.throwIfAny(InvalidInputException::new);
    return new NamedArray(a.layout(), fields, kinds, metadata);
  }

  static NamedArray concat(List<NamedArray> parts) {
    NamedArray first = sameFields(parts);
    Optional<Items> items =
        first.layout().map(x -> Items.concat(parts.stream().map(NamedArray::items).toList()));
    Map<String, TensorData> fields = new TreeMap<>();
    for (String name : first.names()) {
      fields.put(name, joined(name, parts.stream().map(x -> x.get(name)).toList()));
    }
    return new NamedArray(items, fields, first.kinds(), metadata(parts));
  }

  static NamedArray stack(List<NamedArray> parts) {
    NamedArray first = sameFields(parts);
    Map<String, TensorData> fields = new TreeMap<>();
    if (!first.hasItems()) {
      for (String name : first.names()) {
        fields.put(name, joined(name, parts.stream().map(x -> asRow(x.get(name))).toList()));
      }
      return new NamedArray(Optional.empty(), fields, Map.of(), metadata(parts));
    }
    Items items = stackItems(parts);
    for (String name : first.names()) {
      fields.put(name, stackField(parts, name));
    }
    return new NamedArray(Optional.of(items), fields, first.kinds(), metadata(parts));
  }

  private static TensorData asRow(TensorData tensor) {
    List<Long> dims = new ArrayList<>(List.of(1L));
    dims.addAll(tensor.shape().dims());
    return tensor.reshape(new Shape(dims));
  }

  private static Items stackItems(List<NamedArray> parts) {
    Items first = parts.get(0).items();
    for (NamedArray part : parts) {
      if (!part.items().ids().equals(first.ids())) {
        throw new InvalidInputException(
            Problems.problem("items", part.items(), "the same ids as " + first));
      }
    }
    List<Integer> sequences = new ArrayList<>();
    List<Integer> lengths = new ArrayList<>();
    for (int i = 0; i < first.count(); i++) {
      int count = 0;
      for (NamedArray part : parts) {
        Items one = part.items().select(List.of(i));
        count += one.sequences();
        lengths.addAll(one.lengths());
      }
      sequences.add(count);
    }
    return new Items(first.ids(), sequences, lengths);
  }

  private static TensorData stackField(List<NamedArray> parts, String name) {
    NamedArray first = parts.get(0);
    if (first.kind(name) == FieldKind.ITEM) {
      for (NamedArray part : parts) {
        if (!part.get(name).equals(first.get(name))) {
          throw new InvalidInputException(
              Problems.problem(
                  "field " + name, part.get(name), first.get(name) + ", as in the first array"));
        }
      }
      return first.get(name);
    }
    List<TensorData> pieces = new ArrayList<>();
    for (int i = 0; i < first.items().count(); i++) {
      for (NamedArray part : parts) {
        pieces.add(range(part, name, part.get(name), i, i));
      }
    }
    return pieces.isEmpty() ? first.get(name) : joined(name, pieces);
  }

  private static TensorData joined(String name, List<TensorData> pieces) {
    try {
      return TensorData.concat(pieces);
    } catch (InvalidInputException e) {
      throw new InvalidInputException("field " + name + ": " + e.getMessage(), e);
    }
  }

  /**
   * Checks that there are parts and that all have the fields and kinds of the first, which is
   * returned.
   */
  private static NamedArray sameFields(List<NamedArray> parts) {
    if (parts.isEmpty()) {
      throw new InvalidInputException(Problems.problem("arrays", 0, "at least one"));
    }
    NamedArray first = parts.get(0);
    Problems problems = new Problems();
    IntStream.range(1, parts.size())
        .forEach(
            i -> {
              NamedArray part = parts.get(i);
              boolean same =
                  part.hasItems() == first.hasItems()
                      && part.names().equals(first.names())
                      && part.kinds().equals(first.kinds());
              problems.check(same, "array " + i, part, "the fields and kinds of array 0: " + first);
            });
    problems.throwIfAny(InvalidInputException::new);
    return first;
  }

  private static Map<String, String> metadata(List<NamedArray> parts) {
    Problems problems = new Problems();
    Map<String, String> metadata = metadata(problems, parts);
    problems.throwIfAny(InvalidInputException::new);
    return metadata;
  }

  private static Map<String, String> metadata(Problems problems, List<NamedArray> parts) {
    Map<String, String> all = new TreeMap<>();
    for (NamedArray part : parts) {
      part.metadata()
          .forEach(
              (key, value) -> {
                String had = all.putIfAbsent(key, value);
                problems.check(
                    had == null || had.equals(value),
                    "metadata " + key,
                    value,
                    had + ", as in an earlier array, or withoutMetadata(\"" + key + "\") first");
              });
    }
    return all;
  }

  private static String shown(NamedArray array) {
    return array.layout().map(x -> x + ", lengths " + firstLengths(x)).orElse("none");
  }

  private static List<Integer> firstLengths(Items items) {
    return items.lengths().subList(0, Math.min(8, items.lengths().size()));
  }
}
