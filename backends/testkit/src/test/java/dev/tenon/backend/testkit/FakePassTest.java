package dev.tenon.backend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.model.Head;
import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.model.Parameter;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class FakePassTest {
  private static final double STEP = 1e-5;

  private static NamedArray batch(Random random) {
    boolean[] mask = new boolean[10];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = i % 3 != 0;
    }
    return NamedArray.builder(Items.ofLengths(4, 1, 5))
        .put("input_ids", TensorData.ofLongs(random.longs(10, 0, 7).toArray(), 10))
        .put("output_mask", TensorData.ofBooleans(mask, 10))
        .build();
  }

  /**
   * Central differences in float64: the error is about STEP^2 times a third derivative of order 1
   * plus 1e-16 / STEP, so 1e-8 leaves a wide margin.
   */
  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"HIDDEN_STATES", "ROUTER_LOGITS", "PAIR_LOGITS"})
  void gradientsAreThoseOfFiniteDifferences(Output output) {
    Head head =
        switch (output) {
          case VALUES, SCORES -> Head.VALUE;
          case CLASS_LOGITS -> Head.SEQUENCE_CLASSIFICATION;
          case POOLED -> Head.POOLED_EMBEDDING;
          default -> Head.CAUSAL_LM;
        };
    FakeNetwork network = FakeNetwork.random(7, 3, 20, head, output.ordinal());
    Random random = new Random(output.ordinal());
    NamedArray batch = batch(random);
    OutputRequest request = OutputRequest.of(output).withTemperature(0.7);
    FakeParameters weights = FakeParameters.load(network);
    FakePass pass = new FakePass(network, weights, batch, request);
    double[] upstream = random.doubles(pass.values(output).length, -1, 1).toArray();
    FakeParameters gradients = FakeParameters.zeros(network);
    pass.backward(
        Map.of(output.field(), TensorData.ofDoubles(upstream, upstream.length)), gradients);
    for (Parameter parameter : network.parameters()) {
      double[] array = weights.array(parameter.name());
      for (int i = 0; i < array.length; i++) {
        double kept = array[i];
        array[i] = kept + STEP;
        double above = dot(upstream, new FakePass(network, weights, batch, request).values(output));
        array[i] = kept - STEP;
        double below = dot(upstream, new FakePass(network, weights, batch, request).values(output));
        array[i] = kept;
        assertThat(gradients.array(parameter.name())[i])
            .as(parameter.name() + "[" + i + "]")
            .isCloseTo((above - below) / (2 * STEP), within(1e-8));
      }
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
