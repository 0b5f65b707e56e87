package dev.tenon.modelinterface.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class CorrelationTest {
  /** scipy.stats.pearsonr and spearmanr of these numbers. */
  @Test
  void coefficientsAreThoseOfScipy() {
    double[] x = {1, 2, 2, 5, 7, 3.5};
    double[] y = {2, 1, 4, 4, 9, 4};
    assertThat(Correlation.pearson(x, y)).isCloseTo(0.8723683472452087, within(1e-12));
    assertThat(Correlation.spearman(x, y)).isCloseTo(0.8008534347238067, within(1e-12));
  }

  @Test
  void aConstantSeriesHasNone() {
    assertThat(Correlation.spearman(new double[] {1, 1, 1}, new double[] {1, 2, 3})).isNaN();
  }
}
