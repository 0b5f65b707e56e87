package dev.tenon.modelinterface.data;

import dev.tenon.error.InvalidInputException;
import dev.tenon.error.TenonException;
import dev.tenon.internal.Problems;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The values of a file's lines or a list's elements, and what is wrong with some of them. */
final class Collected<T> {
  private static final int MAX_REPORTED = 20;

  private final String place;
  private final List<T> values = new ArrayList<>();
  private final Problems sentences = new Problems();
  private int problems;

  /** Starts; {@code place} and a number tell where a value stands. */
  Collected(String place) {
    this.place = place;
  }

  /** Whether more is to be read: too many problems end it. */
  boolean goesOn() {
    return problems < MAX_REPORTED;
  }

  void add(long number, Supplier<T> value) {
    try {
      values.add(value.get());
    } catch (TenonException e) {
      sentences.add(place + number + ": " + e.getMessage());
      problems++;
    }
  }

  /** The values, at least one, if nothing is wrong. */
  List<T> values(String source) {
    if (problems == MAX_REPORTED) {
      sentences.add("the rest was not read");
    }
    sentences.throwIfAny(InvalidInputException::new);
    if (values.isEmpty()) {
      throw new InvalidInputException(Problems.problem("examples of " + source, 0, "at least one"));
    }
    return values;
  }
}
