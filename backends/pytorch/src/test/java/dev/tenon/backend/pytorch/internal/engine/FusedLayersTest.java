package dev.tenon.backend.pytorch.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.backend.pytorch.NativeLeaks;
import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.backend.testkit.LeakExtension;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Layers made side by side. */
class FusedLayersTest {
  private static final int COUNT = 9;

  @RegisterExtension final LeakExtension leaks = NativeLeaks.extension();

  private final TorchBridge bridge = TorchBridge.start();

  @Test
  void layersAreMadeSideBySideAndComeInTheirOrder() {
    CountDownLatch both = new CountDownLatch(2);
    try (FusedLayers layers =
        new FusedLayers(
            bridge,
            COUNT,
            2,
            (layer, settings, scope) -> {
              both.countDown();
              assertThat(await(both)).isTrue();
              return scope.integer(layer);
            })) {
      assertThat(IntStream.range(0, COUNT).map(x -> (int) layers.get(x).toLong()))
          .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8);
    }
  }

  @Test
  void theirThreadsAreSharedOut() {
    for (int[] threadsAndEach : new int[][] {{1, 1}, {2, 1}, {4, 1}, {8, 2}}) {
      try (FusedLayers layers =
          new FusedLayers(
              bridge, 1, threadsAndEach[0], (x, each, scope) -> scope.integer(each.threads()))) {
        assertThat(layers.get(0).toLong()).isEqualTo(threadsAndEach[1]);
      }
    }
  }

  @Test
  void aFailureArrivesAsItIs() {
    IllegalStateException failure = new IllegalStateException("layer 1");
    try (FusedLayers layers =
        new FusedLayers(
            bridge, COUNT, 2, (layer, settings, scope) -> failing(layer, failure, scope))) {
      assertThatThrownBy(() -> layers.get(1)).isSameAs(failure);
      assertThat(layers.get(2).toLong()).isEqualTo(2);
    }
  }

  @Test
  void closingWaitsForWhatHasBegunAndBeginsNothing() {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger made = new AtomicInteger();
    FusedLayers layers =
        new FusedLayers(
            bridge,
            1000,
            1,
            (layer, settings, scope) -> {
              running.incrementAndGet();
              pause();
              running.decrementAndGet();
              made.incrementAndGet();
              return scope.integer(layer);
            });
    layers.get(0);
    layers.close();

    assertThat(running.get()).isZero();
    assertThat(made.get()).isLessThan(1000);
  }

  private static TorchValue failing(int layer, RuntimeException failure, NativeScope scope) {
    if (layer == 1) {
      throw failure;
    }
    return scope.integer(layer);
  }

  private static void pause() {
    try {
      Thread.sleep(10);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
