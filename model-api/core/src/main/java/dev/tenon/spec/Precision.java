package dev.tenon.spec;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.Locale;
import java.util.stream.Stream;

/** In which number format a model computes. */
public enum Precision {
  /** 32-bit floats throughout. */
  F32,
  /** bfloat16 computation; training keeps 32-bit masters. */
  BF16,
  /**
   * float16 computation; training keeps 32-bit masters and scales the loss ({@link
   * DynamicLossScaler}). For GPUs: a processor computes what a GPU would, without gain in speed.
   */
  F16,
  /** 8-bit weights, inference only. */
  INT8,
  /** 4-bit weights, inference only. */
  INT4;

  /** The name in arguments and files: lower case, {@code int8}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The precision of a label.
   *
   * @throws InvalidInputException for an unknown one, listing all
   */
  public static Precision of(String label) {
    return Stream.of(values())
        .filter(x -> x.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    Problems.problem(
                        "precision",
                        label,
                        "one of " + Stream.of(values()).map(Precision::label).toList())));
  }
}
