package dev.tenon.backend.pytorch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.testkit.ProcessMemory;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.objective.Objective;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckpointingTest {
  private static final FinetuneSpec SPEC = FinetuneSpec.steps(9).learningRate(1e-2);

  private final NamedArray batch = TinyLlama.batch(3, 9, 4, 7, 1, 12, 5);

  @AfterEach
  void nothingNativeIsLeft() {
    assertThat(TorchBridge.openHandles().values()).isZero();
    assertThat(TorchBridge.openHandles().modules()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"10000, 0", "18, 0", "10000, 0.3", "18, 0.3"})
  void theGradientsAreThoseOfThePlainPass(int budget, double dropout) {
    FinetuneSpec spec = SPEC.microBatchTokens(budget);
    for (Objective objective :
        List.of(TinyLlama.crossEntropy(), TinyLlama.crossEntropy().asCoupled(), everyOutput())) {
      Map<String, TensorData> plain =
          Gradients.of(TinyLlama.withDropout(dropout), spec, batch, objective);
      Map<String, TensorData> checkpointed =
          Gradients.of(
              TinyLlama.withDropout(dropout), spec.gradientCheckpointing(true), batch, objective);
      Gradients.assertClose(checkpointed, plain);
    }
  }

  /**
   * A layer keeps some 8 H + 5 I = 3,584 numbers a token (H 128, I 512), or its input alone, 128:
   * 24 layers and 1,024 tokens are 350 MB or 13 MB, and while a layer runs again, its own 15 MB.
   */
  @Test
  @EnabledOnOs(OS.LINUX)
  void keepsAFractionOfTheActivations() throws Exception {
    long plain = peakBytes(false);
    assertThat(plain).isGreaterThan(250L << 20);
    assertThat(peakBytes(true)).isLessThan(plain / 4);
  }

  private static long peakBytes(boolean checkpointing) throws Exception {
    ProcessBuilder command =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-cp",
            System.getProperty("java.class.path"),
            PeakMemory.class.getName(),
            Boolean.toString(checkpointing));
    command.environment().put("OMP_WAIT_POLICY", "passive");
    // glibc then gives freed tensors back at once, so that the peak is what lives.
    command.environment().put("MALLOC_MMAP_THRESHOLD_", "131072");
    Process process = command.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return Long.parseLong(output.lines().reduce((a, b) -> b).orElseThrow().strip());
  }

  /** Run in a JVM of its own, because a process has one peak. Prints its growth in one pass. */
  static final class PeakMemory {
    public static void main(String[] arguments) {
      FinetuneSpec spec =
          SPEC.gradientCheckpointing(Boolean.parseBoolean(arguments[0])).microBatchTokens(4096);
      try (Model model = new PyTorchBackend().initialize(TinyLlama.deep(), spec)) {
        model.trainEngine().trainBatch(TinyLlama.batch(1, 3), TinyLlama.crossEntropy());
        NamedArray large = TinyLlama.batch(1, 256, 256, 256, 256);
        model.engine().evalBatch(large, TinyLlama.crossEntropy());
        long before = ProcessMemory.resident();
        model.trainEngine().trainBatch(large, TinyLlama.crossEntropy());
        System.out.println(ProcessMemory.peak() - before);
      }
    }
  }

  /** Reaches the head's rows, its next-token entries and every layer's state. */
  private static Objective everyOutput() {
    return Objective.of(
        "every",
        new OutputRequest(
            Set.of(
                Output.LOGITS,
                Output.TOKEN_LOGPROBS,
                Output.ENTROPY,
                Output.HIDDEN,
                Output.HIDDEN_STATES),
            1.5),
        List.of(),
        """
        def weight(self, batch: Dict[str, Tensor], hp: Dict[str, float]) -> Tensor:
          return torch.sum(batch["lengths"].float())
        def loss(self, out: Dict[str, Tensor], batch: Dict[str, Tensor], hp: Dict[str, float]) -> Dict[str, Tensor]:
          s = out["hidden_states"]
          l = torch.sum(torch.sin(out["logits"])) + torch.sum(out["token_logprobs"] * out["entropy"])
          return {"loss": l + torch.sum(torch.sin(out["hidden"])) + torch.sum(torch.sin(s * torch.arange(s.size(2))))}
        """);
  }

  @Test
  void embeddingsAndResidualsOfGpt2DropTheSame() {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("model_type", "gpt2");
    keys.put("architectures", List.of("GPT2LMHeadModel"));
    keys.put("vocab_size", TinyLlama.VOCABULARY);
    keys.putAll(Map.of("n_positions", 32, "n_embd", 24, "n_layer", 2, "n_head", 4));
    keys.putAll(Map.of("embd_pdrop", 0.2, "resid_pdrop", 0.3, "attn_pdrop", 0.1));
    FinetuneSpec spec = SPEC.microBatchTokens(18);
    Objective loss = TinyLlama.crossEntropy();
    Map<String, TensorData> plain = Gradients.of(TinyLlama.create(keys), spec, batch, loss);
    Gradients.assertClose(
        Gradients.of(TinyLlama.create(keys), spec.gradientCheckpointing(true), batch, loss), plain);
    Gradients.assertClose(
        Gradients.of(TinyLlama.create(keys), spec, batch, TinyLlama.crossEntropy().asCoupled()),
        plain);
    assertThat(Gradients.of(TinyLlama.create(keys), spec.disableDropout(true), batch, loss))
        .isNotEqualTo(plain);
  }

  @Test
  void aValueHeadsGradientsAreThoseOfThePlainPass() {
    Objective values =
        Objective.of(
            "values",
            OutputRequest.of(Output.VALUES, Output.SCORES),
            List.of(),
            """
            def weight(self, batch: Dict[str, Tensor], hp: Dict[str, float]) -> Tensor:
              return torch.sum(batch["lengths"].float())
            def loss(self, out: Dict[str, Tensor], batch: Dict[str, Tensor], hp: Dict[str, float]) -> Dict[str, Tensor]:
              return {"loss": torch.sum(torch.sin(out["values"])) + torch.sum(out["scores"] * batch["lengths"])}
            """);
    FinetuneSpec spec = SPEC.microBatchTokens(18);
    Gradients.assertClose(
        Gradients.of(TinyLlama.withValues(), spec.gradientCheckpointing(true), batch, values),
        Gradients.of(TinyLlama.withValues(), spec, batch, values));
  }

  @Test
  void aRunEndsWhereThePlainRunEnds() {
    assertThat(run(SPEC.gradientCheckpointing(true)).get("loss"))
        .isCloseTo(run(SPEC).get("loss"), within(1e-4));
  }

  private Metrics run(FinetuneSpec spec) {
    try (Model model = new PyTorchBackend().initialize(TinyLlama.withDropout(0.2), spec)) {
      for (int i = 0; i < 5; i++) {
        model.trainEngine().trainBatch(batch, TinyLlama.crossEntropy());
      }
      return model.engine().evalBatch(batch, TinyLlama.crossEntropy());
    }
  }
}
