package dev.tenon.backend.offload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.error.InsufficientMemoryException;
import dev.tenon.model.Model;
import dev.tenon.model.Network;
import dev.tenon.nn.family.llama.LlamaConfig;
import dev.tenon.spec.BatchShape;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.InferencePlan;
import dev.tenon.spec.InferenceSpec;
import dev.tenon.spec.MemoryLimit;
import dev.tenon.spec.MemoryPlan;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryTest {
  @TempDir Path files;

  /** 31 million parameters in 16 layers. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aModelTrainsInAFractionOfItsState() throws Exception {
    PeakMemory peak = PeakMemory.of(files, 512, 384, 1152, 16, 6, 2, 64);
    assertThat(peak.growth()).as(peak.toString()).isLessThan(peak.state() / 4);
  }

  /** 82 million parameters. */
  @Test
  @Tag("soak")
  @EnabledOnOs(OS.LINUX)
  void soDoesALargerOne() throws Exception {
    PeakMemory peak = PeakMemory.of(files, 8192, 768, 2048, 12, 12, 4, 128);
    assertThat(peak.growth()).as(peak.toString()).isLessThan(peak.state() / 4);
  }

  @ParameterizedTest
  @Tag("soak")
  @EnabledOnOs(OS.LINUX)
  @CsvSource({
    "512, 512, 1536, 6, 8, 1, 512",
    "16384, 512, 1536, 4, 8, 2, 256",
    "1024, 1024, 2816, 3, 16, 4, 64",
    "4096, 768, 2048, 8, 12, 8, 128",
    "512, 384, 1024, 24, 6, 2, 1024",
    "2048, 640, 1728, 10, 10, 3, 200",
    "32000, 256, 688, 6, 4, 4, 96",
    "256, 1024, 2816, 6, 16, 1, 700",
    "8192, 768, 2048, 12, 12, 2, 256",
  })
  void thePeakIsThePlans(
      int vocabulary,
      int hidden,
      int intermediate,
      int layers,
      int heads,
      int sequences,
      int tokens)
      throws Exception {
    PeakMemory peak =
        PeakMemory.of(files, vocabulary, hidden, intermediate, layers, heads, sequences, tokens);
    assertThat((double) peak.peak() / peak.planned()).as(peak.toString()).isBetween(0.9, 1.1);
  }

  @Test
  void whatCannotFitIsRefusedBeforeItIsLoaded() {
    Model model = TinyModels.wide();
    OffloadBackend small = new OffloadBackend().memoryLimit(MemoryLimit.of(270_000_000));

    assertThatThrownBy(() -> small.initialize(model, FinetuneSpec.openEnded()))
        .isInstanceOf(InsufficientMemoryException.class)
        .hasMessageContaining("memory of training LlamaForCausalLM: 0.")
        .hasMessageContaining("(expected: <= 0.27 GB; OffloadOptions.disk");
  }

  @Test
  void inferenceHoldsAFewStagesAtOnce() {
    Network network =
        TinyModels.create(LlamaConfig.of(64, 64, 176, 12, 2).withTiedHead(true).toMap()).network();
    BatchShape shape = new BatchShape(2, 16);
    InferenceSpec spec = InferenceSpec.defaults();

    InferencePlan streamed = new OffloadBackend().plan(network, spec, shape);
    InferencePlan held = new PyTorchBackend().plan(network, spec, shape);

    assertThat(streamed.weights()).isLessThan(held.weights() / 3);
    assertThat(streamed.cache()).isEqualTo(held.cache());
  }

  @Test
  void aPlanTellsWhereStateLies() {
    FinetuneSpec spec = FinetuneSpec.openEnded();
    BatchShape shape = new BatchShape(4, 32);
    long parameters =
        TinyModels.wide().network().parameters().stream().mapToLong(x -> x.shape().size()).sum();

    MemoryPlan ram = new OffloadBackend().plan(TinyModels.wide().network(), spec, shape);
    MemoryPlan disk =
        new OffloadBackend(OffloadOptions.disk(files))
            .plan(TinyModels.wide().network(), spec, shape);

    assertThat(ram.stored()).isEqualTo(16 * parameters);
    assertThat(ram.disk()).isZero();
    assertThat(disk.stored()).isZero();
    assertThat(disk.disk()).isEqualTo(16 * parameters);
    assertThat(ram.remedies())
        .contains(new MemoryPlan.Remedy("OffloadOptions.disk", disk.trainingBytes()));
  }
}
