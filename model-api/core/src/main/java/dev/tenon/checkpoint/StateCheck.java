package dev.tenon.checkpoint;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.TenonException;
import dev.tenon.internal.Problems;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/** Collects what is wrong with a training state, so that all of it is told at once. One thread. */
final class StateCheck {
  private static final int SHOWN = 20;

  private final Problems problems = new Problems();
  private int tensors;

  /** What a part of the state holds, or nothing and a problem more. */
  <T> Optional<T> attempt(Supplier<T> part) {
    try {
      return Optional.of(part.get());
    } catch (TenonException e) {
      problems.add(String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  void require(String what, String found, String expected) {
    problems.check(found.equals(expected), what, found, expected);
  }

  /** Every parameter's tensor under every prefix, F32 and of its shape, and no other tensor. */
  void table(String part, Weights found, List<String> prefixes, Map<String, Shape> parameters) {
    Set<String> unknown = new TreeSet<>(found.names());
    for (Map.Entry<String, Shape> parameter : parameters.entrySet()) {
      for (String prefix : prefixes) {
        String name = prefix + parameter.getKey();
        String expected = text(new Weights.Info(DType.F32, parameter.getValue()));
        boolean there = unknown.remove(name);
        String is =
            there ? attempt(() -> text(found.info(name))).orElse("of no known type") : "missing";
        tensor(part, name, is, expected);
      }
    }
    unknown.forEach(name -> tensor(part, name, "unknown", "the parameters of the network alone"));
  }

  private static String text(Weights.Info info) {
    return info.dtype() + " " + info.shape();
  }

  private void tensor(String part, String name, String found, String expected) {
    if (!found.equals(expected) && tensors++ < SHOWN) {
      problems.add(part + " tensor " + name, found, expected);
    }
  }

  void throwIfAny(Path directory) {
    if (tensors > SHOWN) {
      problems.add("and " + (tensors - SHOWN) + " more tensors");
    }
    problems.throwIfAny(x -> new CheckpointException(directory + ": " + x));
  }
}
