package dev.tenon.testtiers;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TiersTest {
  @Test
  void primes() {
    assertThat(1).isEqualTo(1);
  }
}
