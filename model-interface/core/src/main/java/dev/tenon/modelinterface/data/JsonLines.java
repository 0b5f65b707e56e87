package dev.tenon.modelinterface.data;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads a file of one JSON object per line, and reports its wrong lines together. */
final class JsonLines {
  private JsonLines() {}

  /** Turns one line into a value; what it throws is reported with the line. */
  @FunctionalInterface
  interface LineReader<T> {
    T read(JsonLine line);
  }

  /** Turns one value into another, given its number from 1. */
  @FunctionalInterface
  interface Numbered<S, T> {
    T apply(long number, S value);
  }

  /** Every line that is not blank, in order. */
  static <T> List<T> read(Path file, LineReader<T> reader) {
    Collected<T> collected = new Collected<>(file + ":");
    try (InputStream stream = new BufferedInputStream(Files.newInputStream(file))) {
      Utf8Lines lines = new Utf8Lines(stream);
      Optional<byte[]> line = lines.next();
      while (line.isPresent() && collected.goesOn()) {
        byte[] bytes = line.get();
        long number = lines.number();
        if (!Utf8Lines.isBlank(bytes)) {
          collected.add(number, () -> reader.read(JsonLine.parse(number, bytes)));
        }
        line = lines.next();
      }
    } catch (IOException e) {
      throw new InvalidInputException(
          Problems.problem("data file", file, "a file that can be read: " + e), e);
    }
    return collected.values(file.toString());
  }

  /** Every value of a list, its problems reported like those of a file. */
  static <S, T> List<T> number(List<S> values, Numbered<S, T> reader) {
    Collected<T> collected = new Collected<>("example ");
    for (int i = 0; i < values.size() && collected.goesOn(); i++) {
      long number = i + 1L;
      S value = values.get(i);
      collected.add(number, () -> reader.apply(number, value));
    }
    return collected.values("list");
  }
}
