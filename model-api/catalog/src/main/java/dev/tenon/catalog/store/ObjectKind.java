package dev.tenon.catalog.store;

import dev.tenon.error.UnknownNameException;
import dev.tenon.internal.Problems;
import java.util.Arrays;

/** What a store keeps versions of. */
public enum ObjectKind {
  /** A directory in HuggingFace's layout. */
  MODEL("model"),
  /** Files to train on. */
  DATASET("dataset");

  private final String label;

  ObjectKind(String label) {
    this.label = label;
  }

  /** As it stands in messages and in the index. */
  public String label() {
    return label;
  }

  /**
   * The kind with a label.
   *
   * @throws UnknownNameException if there is none
   */
  public static ObjectKind of(String label) {
    return Arrays.stream(values())
        .filter(x -> x.label.equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new UnknownNameException(Problems.problem("kind", label, "one of model, dataset")));
  }
}
