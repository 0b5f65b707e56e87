package dev.tenon.modelinterface.text;

import java.util.List;
import java.util.OptionalInt;

/**
 * Finds the first stop string in a growing text. First is the one that is complete first, the
 * longest of several that end at one place; so the answer does not depend on how the text was cut
 * into pieces. Not thread-safe.
 */
final class StopScanner {
  private final List<String> stops;
  private final int longest;
  private int scanned; // no stop string ends at or before this length

  StopScanner(List<String> stops) {
    this.stops = stops;
    this.longest = stops.stream().mapToInt(String::length).max().orElse(0);
  }

  /** Where the first stop string starts, if the text holds one. The text only grows. */
  OptionalInt find(CharSequence text) {
    String tail = text.subSequence(Math.max(0, scanned - longest), text.length()).toString();
    int offset = text.length() - tail.length();
    for (int end = scanned - offset + 1; end <= tail.length() && longest > 0; end++) {
      OptionalInt start = endingAt(tail, end);
      if (start.isPresent()) {
        return OptionalInt.of(offset + start.getAsInt());
      }
    }
    scanned = text.length();
    return OptionalInt.empty();
  }

  /** How much of a text without stop strings can no longer become part of one. */
  int safeLength(CharSequence text) {
    for (int held = Math.min(longest - 1, text.length()); held > 0; held--) {
      String suffix = text.subSequence(text.length() - held, text.length()).toString();
      if (stops.stream().anyMatch(stop -> stop.startsWith(suffix))) {
        return text.length() - held;
      }
    }
    return text.length();
  }

  private OptionalInt endingAt(String text, int end) {
    return stops.stream()
        .filter(stop -> text.startsWith(stop, end - stop.length()))
        .mapToInt(stop -> end - stop.length())
        .min();
  }
}
