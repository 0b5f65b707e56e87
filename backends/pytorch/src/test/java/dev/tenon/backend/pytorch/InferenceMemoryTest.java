package dev.tenon.backend.pytorch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.backend.pytorch.internal.NativeHeap;
import dev.tenon.backend.testkit.LeakExtension;
import dev.tenon.model.Model;
import dev.tenon.nn.HfModels;
import dev.tenon.nn.family.llama.LlamaConfig;
import dev.tenon.nn.script.Prelude;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.BatchShape;
import dev.tenon.spec.InferenceSpec;
import dev.tenon.spec.Precision;
import dev.tenon.tensor.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class InferenceMemoryTest {
  @RegisterExtension static final LeakExtension LEAKS = NativeLeaks.extension();

  /** As wide as no block of the kernels is, with a small vocabulary; 20 million weights. */
  private static final LlamaConfig CONFIG =
      LlamaConfig.of(512, 768, 1024, 4, 12).withKeyValueHeads(12).withTiedHead(true);

  /** The compiled text, and what the JVM allocates meanwhile. */
  private static final double PROGRAM = 5e6;

  private static final int OPENED = 7;

  private static final PyTorchBackend BACKEND = new PyTorchBackend();

  @TempDir private Path directory;

  private static Model create() {
    return HfModels.create("wide", Device.cpu(), CONFIG.toMap(), TinyLlama.tokenizer(), 1);
  }

  private Model saved() throws IOException {
    Model model = create();
    Path target = Files.createDirectories(directory.resolve("wide"));
    model.network().save(target, model.network().weights());
    return HfModels.registry()
        .create("hf", "wide", Device.cpu(), Arguments.of("path", target.toString()));
  }

  /**
   * What the C library counts as allocated; the middle one, as the JVM's compiler comes and goes.
   */
  @ParameterizedTest
  @EnumSource(Precision.class)
  @EnabledOnOs(OS.LINUX)
  void weightsTakeWhatThePlanSays(Precision precision) throws IOException {
    InferenceSpec spec = InferenceSpec.defaults().precision(precision);
    Model network = saved();
    long planned = BACKEND.plan(network.network(), spec, new BatchShape(1, 1)).weights();
    double[] measured = new double[OPENED];
    for (int i = 0; i < OPENED; i++) {
      long before = NativeHeap.allocatedBytes();
      try (Model model = BACKEND.initializeForInference(network, spec)) {
        assertThat(model.engine().toString()).contains(precision.label());
        measured[i] = NativeHeap.allocatedBytes() - before;
      }
    }
    Arrays.sort(measured);
    // Processors with AVX-512 pack into blocks that waste less.
    double least = precision == Precision.F32 ? 0.97 : 0.7;
    assertThat(measured[OPENED / 2]).isBetween(least * planned, 1.03 * planned + PROGRAM);
  }

  @Test
  void fourBitsTakeTheMemoryOfEightWhereTheirKernelsRun() {
    long eight = Prelude.INT8.packedBytes(1024, 768, false);
    assertThat(Prelude.INT4_AS_INT8.packedBytes(1024, 768, false)).isEqualTo(eight);
    assertThat(eight).isEqualTo(1024 * 1024 + 16 * 1024); // 768 inputs take two blocks of 512
    assertThat(Prelude.INT4.packedBytes(1024, 768, false)).isEqualTo(1024 * 768 * 5 / 8);
    assertThat(Prelude.INT4.packedBytes(1024, 768, true)).isEqualTo(1024 * 768 + 2 * 1024);
  }

  @Test
  void theCacheGrowsWithRequestsAndTokens() {
    InferenceSpec spec = InferenceSpec.defaults();
    BatchShape shape = new BatchShape(3, 100);
    assertThat(BACKEND.plan(create().network(), spec, shape).cache())
        .isEqualTo(2L * 4 * 3 * 100 * 768 * 4);
  }
}
