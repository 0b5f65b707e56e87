package dev.tenon.backend.pytorch.internal;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Native objects that Java still owns, in the whole process.
 *
 * @param modules loaded script modules
 * @param values C++ {@code IValue}s
 * @param tensors C++ {@code Tensor}s held outside a value; these live for one call only
 * @param scopes names of the open scopes, sorted
 */
public record OpenHandles(long modules, long values, long tensors, List<String> scopes) {

  /** Copies the names. */
  public OpenHandles {
    scopes = List.copyOf(scopes);
  }

  /** Whether nothing is open. */
  public boolean isEmpty() {
    return modules == 0 && values == 0 && tensors == 0 && scopes.isEmpty();
  }

  /** Kinds of handles and {@code scope <name>}, with how many are open; what is 0 is left out. */
  public SortedMap<String, Long> byName() {
    SortedMap<String, Long> open = new TreeMap<>();
    scopes.forEach(scope -> open.merge("scope " + scope, 1L, Long::sum));
    open.put("modules", modules);
    open.put("values", values);
    open.put("tensors", tensors);
    open.values().removeIf(count -> count == 0);
    return open;
  }
}
