package dev.tenon.modelinterface.text;

import dev.tenon.error.InvalidInputException;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.internal.Problems;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * How a text is generated.
 *
 * @param generation how its tokens are; without closing ids of its own, those of the tokenizer
 *     count
 * @param stopStrings texts that end the answer and are not part of it (HuggingFace: {@code
 *     stop_strings}); the one that is complete first counts
 * @param seed fixes every random choice
 */
public record TextOptions(GenerationOptions generation, List<String> stopStrings, long seed) {
  /** Copies and checks. */
  public TextOptions {
    stopStrings = List.copyOf(stopStrings);
    Problems problems = new Problems();
    for (String stop : stopStrings) {
      boolean valid = StandardCharsets.UTF_8.newEncoder().canEncode(stop);
      problems.check(
          valid && !stop.isEmpty(), "stop string", "\"" + stop + "\"", "not empty, valid Unicode");
    }
    problems.throwIfAny(InvalidInputException::new);
  }

  /** No stop strings, seed 0. */
  public static TextOptions of(GenerationOptions generation) {
    return new TextOptions(generation, List.of(), 0);
  }

  /** The same with other stop strings. */
  public TextOptions withStopStrings(String... values) {
    return new TextOptions(generation, Arrays.asList(values), seed);
  }

  /** The same with another seed. */
  public TextOptions withSeed(long value) {
    return new TextOptions(generation, stopStrings, value);
  }
}
