package dev.tenon.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SplitMix64Test {
  /** The JDK's SplittableRandom is this generator, as its documentation of 2014 says. */
  @Test
  void givesTheNumbersOfTheJdk() {
    SplitMix64 ours = new SplitMix64(42);
    SplittableRandom jdk = new SplittableRandom(42);
    for (int i = 0; i < 100; i++) {
      assertThat(ours.next()).isEqualTo(jdk.nextLong());
    }
  }
}
