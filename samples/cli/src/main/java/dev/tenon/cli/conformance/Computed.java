package dev.tenon.cli.conformance;

import dev.tenon.tensor.TensorData;
import dev.tenon.tensor.TokenIds;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an engine computed for one folder, under the oracle's names. What could not be computed is
 * missing. Not thread-safe.
 */
final class Computed {
  /**
   * Put before the names of what the inference engine computed; the train engine's have no prefix.
   */
  static final String INFERENCE = "inference.";

  private final SortedMap<String, TensorData> tensors = new TreeMap<>();
  private final SortedMap<String, List<Double>> numbers = new TreeMap<>();
  private final List<TokenIds> greedy = new ArrayList<>();

  /** Keeps a tensor. */
  void tensor(String name, TensorData value) {
    tensors.put(name, value);
  }

  /**
   * Takes over the spelling of old files where the oracle has a tensor only under it: norms with
   * {@code gamma} and {@code beta}.
   *
   * @param expected the oracle's names
   */
  void spell(Set<String> expected) {
    for (String name : List.copyOf(tensors.keySet())) {
      String old =
          name.replaceFirst("LayerNorm\\.weight$", "LayerNorm.gamma")
              .replaceFirst("LayerNorm\\.bias$", "LayerNorm.beta");
      TensorData tensor = tensors.get(name);
      if (tensor != null && !expected.contains(name) && expected.contains(old)) {
        tensors.remove(name);
        tensors.put(old, tensor);
      }
    }
  }

  /** Appends a number to those under a name, for example {@code adamw.losses}. */
  void number(String name, double value) {
    numbers.computeIfAbsent(name, x -> new ArrayList<>()).add(value);
  }

  /** Appends the new ids of the next prompt. */
  void greedy(TokenIds ids) {
    greedy.add(ids);
  }

  /** A tensor, if it was computed. */
  Optional<TensorData> tensor(String name) {
    return Optional.ofNullable(tensors.get(name));
  }

  /** All tensors by name. */
  SortedMap<String, TensorData> tensors() {
    return Collections.unmodifiableSortedMap(tensors);
  }

  /** The numbers under a name, in order; empty when none was computed. */
  List<Double> numbers(String name) {
    return Collections.unmodifiableList(numbers.getOrDefault(name, List.of()));
  }

  /** All numbers by name. */
  Map<String, List<Double>> numbers() {
    return Collections.unmodifiableMap(numbers);
  }

  /** The new ids of each prompt, in order; empty when none was computed. */
  List<TokenIds> greedy() {
    return Collections.unmodifiableList(greedy);
  }
}
