package dev.tenon.backend.sharded;

import dev.tenon.tensor.TensorData;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one rank gets in a call: values that become JSON, and tensors.
 *
 * @param head JSON values by name
 * @param tensors by name
 */
record Part(Map<String, @Nullable Object> head, Map<String, TensorData> tensors) {
  Part() {
    this(new LinkedHashMap<>(), new LinkedHashMap<>());
  }

  /** Adds a value. */
  Part with(String name, @Nullable Object value) {
    head.put(name, value);
    return this;
  }

  /** Adds tensors under a prefix. */
  Part with(String prefix, Map<String, TensorData> more) {
    more.forEach((name, tensor) -> tensors.put(prefix + name, tensor));
    return this;
  }
}
