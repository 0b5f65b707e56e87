package dev.tenon.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SamplingNoiseTest {
  @Test
  void theNumbersOfATokenAreThoseOfSplitMix64() {
    long state = SamplingNoise.state(42, 3, 17);
    SplitMix64 stream = new SplitMix64(state);
    for (int id = 0; id < 100; id++) {
      double expected = ((stream.next() >>> 12) + 0.5) / (1L << 52);
      assertThat(SamplingNoise.uniform(state, id)).isEqualTo(expected).isBetween(0.0, 1.0);
    }
  }

  /** Part of a run's record; computed by Python's integers. */
  @Test
  void goldenNumbers() {
    long state = SamplingNoise.state(1, 2, 3);
    assertThat(state).isEqualTo(7972567218470507346L);
    assertThat(SamplingNoise.uniform(state, 0)).isEqualTo(0.35539665882011373);
    assertThat(SamplingNoise.uniform(state, 31999)).isEqualTo(0.5650425877557662);
    assertThat(SamplingNoise.state(-7, 0, 1000)).isEqualTo(-4589067113453955206L);
  }

  @Test
  void neighboursShareNoState() {
    Set<Long> states = new HashSet<>();
    for (int seed = -5; seed < 5; seed++) {
      for (int sample = 0; sample < 10; sample++) {
        for (int position = 0; position < 100; position++) {
          states.add(SamplingNoise.state(seed, sample, position));
        }
      }
    }
    assertThat(states).hasSize(10 * 10 * 100);
  }
}
