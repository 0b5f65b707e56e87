package dev.tenon.model;

import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnknownNameException;
import dev.tenon.internal.Nearest;
import dev.tenon.internal.Problems;
import java.util.Collections;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.regex.Pattern;

/**
 * Values under registered names. An instance belongs to the application; there is no global one.
 * Names are written into checkpoints and runs, so they are short lower-case ASCII. Safe for
 * threads.
 *
 * @param <T> what is registered
 */
public final class Registry<T> {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_-]{0,63}");

  private final String kind;
  private final Map<String, String> artifacts;
  private final ConcurrentSkipListMap<String, T> entries = new ConcurrentSkipListMap<>();

  /**
   * An empty registry.
   *
   * @param kind what a name stands for, for messages: {@code model type}, {@code backend}
   * @param artifacts names that can be had by adding a Maven artifact, for the message of a failed
   *     lookup
   */
  public Registry(String kind, Map<String, String> artifacts) {
    this.kind = kind;
    this.artifacts = Collections.unmodifiableMap(new TreeMap<>(artifacts));
  }

  /**
   * Registers a value.
   *
   * @throws InvalidInputException if the name is malformed or taken
   */
  public void register(String name, T value) {
    if (!NAME.matcher(name).matches()) {
      throw new InvalidInputException(
          Problems.problem(
              kind,
              "\"" + name + "\"",
              "lower-case ASCII letters, digits, _ and -, at most 64, a letter first"));
    }
    if (entries.putIfAbsent(name, value) != null) {
      throw new InvalidInputException(
          Problems.problem(kind, name, "a name that is not registered yet"));
    }
  }

  /**
   * The value under a name.
   *
   * @throws UnknownNameException listing the known names, the nearest one, and the artifact to add
   *     if it is known
   */
  public T get(String name) {
    T value = entries.get(name);
    if (value == null) {
      throw new UnknownNameException(
          Problems.problem(kind, name, "one of " + names() + hint(name)));
    }
    return value;
  }

  /** All registered names. */
  public SortedSet<String> names() {
    return Collections.unmodifiableSortedSet(new TreeSet<>(entries.keySet()));
  }

  private String hint(String name) {
    String artifact = artifacts.get(name);
    if (artifact != null) {
      return "; add the artifact " + artifact;
    }
    return Nearest.to(name, entries.keySet()).map(x -> "; did you mean " + x + "?").orElse("");
  }

  /** Kind and names. */
  @Override
  public String toString() {
    return kind + " " + names();
  }
}
