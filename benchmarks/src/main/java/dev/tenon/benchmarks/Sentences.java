package dev.tenon.benchmarks;

import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Sentences of common words, each of which is one token of BERT's vocabulary. */
final class Sentences {
  private static final List<String> WORDS =
      List.of(
          ("time year people way day man thing woman life child world school state family student"
                  + " group country problem hand part place case week company system program"
                  + " question work government number night point home water room mother area"
                  + " money story fact month lot right study book eye job word business issue")
              .split(" "));

  private static final int FRAME = 2; // [CLS] and [SEP]

  private Sentences() {}

  /** So many sentences of {@code tokens} tokens each. */
  static List<String> of(int count, int tokens) {
    Random random = new Random(0);
    return IntStream.range(0, count).mapToObj(i -> sentence(random, tokens)).toList();
  }

  private static String sentence(Random random, int tokens) {
    return IntStream.range(0, tokens - FRAME)
        .mapToObj(i -> WORDS.get(random.nextInt(WORDS.size())))
        .collect(Collectors.joining(" "));
  }
}
