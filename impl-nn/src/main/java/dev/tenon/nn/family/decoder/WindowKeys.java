package dev.tenon.nn.family.decoder;

import dev.tenon.nn.config.ConfigReader;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** {@code sliding_window} and {@code layer_types} in config.json. Safe for threads. */
public final class WindowKeys {
  private static final String SIZE = "sliding_window";
  private static final String TYPES = "layer_types";
  private static final String SLIDING = "sliding_attention";
  private static final String FULL = "full_attention";

  private WindowKeys() {}

  /**
   * {@code sliding_window}: null means none.
   *
   * @param absent what it is where the key is missing; 0: none
   * @return 0: none
   */
  public static int size(ConfigReader keys, int absent) {
    return keys.isNull(SIZE) ? 0 : keys.integer(SIZE, 1, Integer.MAX_VALUE, absent);
  }

  /**
   * All layers alike, as Mistral has it; {@code layer_types}, which transformers then ignores, must
   * not say otherwise.
   *
   * @param size 0: none
   */
  public static LayerWindows everywhere(ConfigReader keys, int size, int layers) {
    if (keys.has(TYPES) && keys.texts(TYPES).contains(size > 0 ? FULL : SLIDING)) {
      keys.unsupported(TYPES, "all layers alike");
    }
    return LayerWindows.everywhere(size, layers);
  }

  /**
   * As {@code layer_types} says, or by default.
   *
   * @param size empty: what {@code layer_types} may not ask for
   * @param byDefault whether a layer slides where there is no {@code layer_types}
   */
  public static LayerWindows byLayer(
      ConfigReader keys, OptionalInt size, int layers, IntPredicate byDefault) {
    List<Boolean> sliding =
        keys.has(TYPES)
            ? listed(keys, layers)
            : IntStream.range(0, layers).mapToObj(byDefault::test).toList();
    if (sliding.contains(true) && size.isEmpty()) {
      keys.problem(SIZE, "a number of tokens, as layers have " + SLIDING);
      return LayerWindows.none(layers);
    }
    return new LayerWindows(size.orElse(0), sliding);
  }

  private static List<Boolean> listed(ConfigReader keys, int layers) {
    List<String> types = keys.texts(TYPES);
    if (!types.stream().allMatch(x -> x.equals(SLIDING) || x.equals(FULL))) {
      keys.unsupported(TYPES, FULL + " and " + SLIDING);
    } else if (types.size() != layers) {
      keys.problem(TYPES, layers + " entries, as num_hidden_layers says");
    }
    return types.stream().map(SLIDING::equals).toList();
  }

  /**
   * As Qwen has it: windows only with {@code use_sliding_window}, by default from layer {@code
   * max_window_layers} on.
   */
  public static LayerWindows fromLayer(ConfigReader keys, int layers) {
    int size = keys.flag("use_sliding_window", false) ? size(keys, 4096) : 0;
    int first = keys.integer("max_window_layers", 0, Integer.MAX_VALUE, 28);
    OptionalInt given = size > 0 ? OptionalInt.of(size) : OptionalInt.empty();
    return byLayer(keys, given, layers, layer -> size > 0 && layer >= first);
  }
}
