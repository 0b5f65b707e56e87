package dev.tenon.backend.pytorch.internal;

import java.util.List;

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
}
