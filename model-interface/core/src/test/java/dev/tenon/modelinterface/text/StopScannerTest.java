package dev.tenon.modelinterface.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class StopScannerTest {
  @Test
  void theStopStringThatIsCompleteFirstCounts() {
    StopScanner stops = new StopScanner(List.of("bcd", "c"));

    assertThat(stops.find("abcd")).hasValue(2);
  }

  @Test
  void theLongestOfSeveralThatEndAtOnePlaceCounts() {
    assertThat(new StopScanner(List.of("c", "abc")).find("xabc")).hasValue(1);
  }

  @Test
  void findsAStopStringAcrossTheSeamOfTwoTexts() {
    StopScanner stops = new StopScanner(List.of("</end>"));

    assertThat(stops.find("text </en")).isEmpty();
    assertThat(stops.safeLength("text </en")).isEqualTo(5);
    assertThat(stops.find("text </end> more")).hasValue(5);
  }

  @Test
  void holdsNothingBackWithoutStopStrings() {
    StopScanner stops = new StopScanner(List.of());

    assertThat(stops.find("any")).isEmpty();
    assertThat(stops.safeLength("any")).isEqualTo(3);
  }

  @Test
  void holdsBackTheLongestPossiblePrefix() {
    assertThat(new StopScanner(List.of("aab", "ba")).safeLength("xaa")).isEqualTo(1);
  }
}
