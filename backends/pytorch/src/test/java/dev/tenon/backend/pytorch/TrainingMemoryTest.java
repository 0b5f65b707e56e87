package dev.tenon.backend.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InsufficientMemoryException;
import dev.tenon.model.Model;
import dev.tenon.model.Network;
import dev.tenon.nn.HfModels;
import dev.tenon.nn.family.llama.LlamaConfig;
import dev.tenon.spec.BatchShape;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.MemoryLimit;
import dev.tenon.spec.MemoryPlan;
import dev.tenon.tensor.Device;
import org.junit.jupiter.api.Test;

class TrainingMemoryTest {
  private static final LlamaConfig S1 =
      LlamaConfig.of(8192, 768, 2048, 12, 12).withKeyValueHeads(4).withTiedHead(true);
  private static final long PARAMETERS = 81_808_128;

  private final PyTorchBackend backend = new PyTorchBackend();
  private final Network network =
      HfModels.create("s1", Device.cpu(), S1.toMap(), TinyLlama.tokenizer(), 1).network();
  private final FinetuneSpec spec = FinetuneSpec.openEnded();

  @Test
  void aPlanCountsParametersFourTimes() {
    MemoryPlan plan = backend.plan(network, spec, new BatchShape(4, 128));
    assertThat(plan.weights()).isEqualTo(4 * PARAMETERS);
    assertThat(plan.gradients()).isEqualTo(4 * PARAMETERS);
    assertThat(plan.optimizer()).isEqualTo(8 * PARAMETERS);
  }

  /**
   * PyTorch's saved_tensors_hooks, over train_forward of this batch: 412,024,704 bytes, the logits'
   * 16,646,144 among them.
   */
  @Test
  void activationsAreWhatAutogradWasSeenToKeepAndOneBlock() {
    MemoryPlan plan = backend.plan(network, spec, new BatchShape(4, 128));
    double block = 4. * 512 * network.keptPerToken();
    double kept = 412_024_704 - 16_646_144;
    assertThat((plan.activations() - block) / kept).isBetween(1.0, 1.02);
    assertThat(plan.logits()).isEqualTo(3L * 4 * 512 * 8192);
  }

  @Test
  void theCacheHoldsKeysAndValuesOfTheWholeBatch() {
    MemoryPlan plan = backend.plan(network, spec, new BatchShape(3, 100));
    assertThat(plan.cache()).isEqualTo(2L * 12 * 3 * 100 * 4 * 64 * 4);
  }

  @Test
  void severalMicroBatchesHoldTwoSetsOfGradients() {
    MemoryPlan plan = backend.plan(network, spec.microBatchTokens(256), new BatchShape(4, 128));
    MemoryPlan whole = backend.plan(network, spec, new BatchShape(2, 128));
    assertThat(plan.gradients()).isEqualTo(2 * whole.gradients());
    assertThat(plan.activations()).isEqualTo(whole.activations());
  }

  @Test
  void remediesTellWhatTheyGive() {
    BatchShape shape = new BatchShape(8, 512);
    MemoryPlan plan = backend.plan(network, spec, shape);
    MemoryPlan checkpointed = backend.plan(network, spec.gradientCheckpointing(true), shape);
    assertThat(checkpointed.activations()).isLessThan(plan.activations() / 3);
    assertThat(plan.remedies())
        .contains(new MemoryPlan.Remedy("gradientCheckpointing", checkpointed.trainingBytes()))
        .allSatisfy(x -> assertThat(x.trainingBytes()).isLessThan(plan.trainingBytes()));
  }

  @Test
  void whatCannotFitIsRefusedBeforeItIsLoaded() {
    Model model = HfModels.create("s1", Device.cpu(), S1.toMap(), TinyLlama.tokenizer(), 1);
    PyTorchBackend small = backend.memoryLimit(MemoryLimit.of(800_000_000));

    assertThatThrownBy(() -> small.initialize(model, spec))
        .isInstanceOf(InsufficientMemoryException.class)
        .hasMessageContaining("memory of training LlamaForCausalLM: 1.6")
        .hasMessageContaining("(expected: <= 0.80 GB; backend offload");
    assertThatThrownBy(
            () -> backend.memoryLimit(MemoryLimit.of(300_000_000)).initializeForInference(model))
        .isInstanceOf(InsufficientMemoryException.class)
        .hasMessageContaining("memory of running LlamaForCausalLM: 0.6");
  }
}
