package dev.tenon.backend.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.checkpoint.SafetensorsFile;
import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnknownNameException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.model.Model;
import dev.tenon.model.ModelRegistry;
import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.nn.HfModels;
import dev.tenon.nn.TorchScriptModelFactory;
import dev.tenon.nn.script.ScriptArchive;
import dev.tenon.objective.TextObjective;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file whose likeliest token after id is 3 id + 1 modulo 7. */
class TorchScriptEngineTest {
  private static final int VOCAB = 7;
  private static final String LOGITS =
      """
      def logits(self, input_ids: Tensor) -> Tensor:
        v = torch.arange(0, 7, dtype=4)
        d = v - torch.remainder(torch.unsqueeze(input_ids, -1) * 3 + 1, 7)
        return torch.mul(d * d, -0.3)
      """;
  private static final String FORWARD =
      """
      def forward(self, input_ids: Tensor, attention_mask: Tensor) -> %s:
        return %s
      """;

  private static final NamedArray BATCH = batch(new int[] {3, 1, 4}, 2, 0, 6, 5, 1, 3, 4, 2);

  @TempDir private Path temp;
  private int openBefore;

  @BeforeEach
  void countHandles() {
    openBefore = (int) TorchBridge.openHandles().values();
  }

  @AfterEach
  void nothingNativeIsLeft() {
    assertThat(TorchBridge.openHandles().values()).isEqualTo(openBefore);
    assertThat(TorchBridge.openHandles().modules()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Tensor=self.logits(input_ids)",
        "Tuple[Tensor, int]=(self.logits(input_ids), 3)",
        "Dict[str, Tensor]={\"other\": input_ids, \"logits\": self.logits(input_ids)}",
        "Tensor=self.logits(input_ids).double()"
      })
  void outputsComeFromTheLogitsOfForward(String form) {
    try (Model model = running(form)) {
      NamedArray found =
          model
              .engine()
              .forward(
                  BATCH,
                  new OutputRequest(
                      Set.of(Output.LOGITS, Output.TOKEN_LOGPROBS, Output.ENTROPY), 2));
      long[] ids = BATCH.get("input_ids").toLongs();
      for (int t = 0; t < ids.length; t++) {
        for (int v = 0; v < VOCAB; v++) {
          assertThat(found.get("logits").getDouble((long) t * VOCAB + v))
              .isCloseTo(logit(ids[t], v), within(1e-6));
        }
      }
      int[] sources = {0, 1, 4, 5, 6};
      for (int i = 0; i < sources.length; i++) {
        double[] logp = logProbabilities(ids[sources[i]], 2);
        double entropy = 0;
        for (double x : logp) {
          entropy -= x * Math.exp(x);
        }
        assertThat(found.get("token_logprobs").getDouble(i))
            .isCloseTo(logp[(int) ids[sources[i] + 1]], within(1e-5));
        assertThat(found.get("entropy").getDouble(i)).isCloseTo(entropy, within(1e-5));
      }
    }
  }

  private static double logit(long id, int v) {
    double d = v - (3 * id + 1) % VOCAB;
    return -0.3 * d * d;
  }

  private static double[] logProbabilities(long id, double temperature) {
    double[] logp = new double[VOCAB];
    double sum = 0;
    for (int v = 0; v < VOCAB; v++) {
      logp[v] = logit(id, v) / temperature;
      sum += Math.exp(logp[v]);
    }
    for (int v = 0; v < VOCAB; v++) {
      logp[v] -= Math.log(sum);
    }
    return logp;
  }

  @Test
  void evaluatesObjectives() {
    TextObjective objective =
        TextObjective.of(
            "nll",
            OutputRequest.of(Output.TOKEN_LOGPROBS),
            List.of(),
            """
            def weight(self, batch: Dict[str, Tensor], hp: Dict[str, float]) -> Tensor:
              return torch.sum(torch.ones_like(batch["target_index"]))
            def loss(self, out: Dict[str, Tensor], batch: Dict[str, Tensor], hp: Dict[str, float]) -> Dict[str, Tensor]:
              return {"loss": -torch.sum(out["token_logprobs"])}
            """);
    try (Model model = running("Tensor=self.logits(input_ids)")) {
      float[] logprobs =
          model.engine().forward(BATCH, Output.TOKEN_LOGPROBS).get("token_logprobs").toFloats();
      double sum = 0;
      for (float x : logprobs) {
        sum -= x;
      }
      assertThat(model.engine().evalBatch(BATCH, objective).get("loss"))
          .isCloseTo(sum / logprobs.length, within(1e-6));
    }
  }

  @Test
  void generatesWithoutACache() {
    NamedArray prompts = batch(new int[] {3, 1}, 2, 0, 6, 5);
    try (Model model = running("Tensor=self.logits(input_ids)")) {
      NamedArray answers =
          model.engine().generate(prompts, GenerationOptions.greedy(5).ignoringEos());
      assertThat(answers.get("input_ids").toLongs())
          .containsExactly(2, 0, 6, 5, 2, 0, 1, 4, 5, 2, 0, 1, 4, 6);
      GenerationOptions sampled = GenerationOptions.sampling(6).ignoringEos();
      NamedArray both = model.engine().generate(prompts, sampled);
      NamedArray alone = model.engine().generate(prompts.item(1), sampled);
      assertThat(both.item(1).get("input_ids")).isEqualTo(alone.get("input_ids"));
      assertThat(both.item(1).get("logprobs").toFloats()).hasSize(6);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Tensor=self.logits(input_ids)[:, :, :6]",
        "Tensor=input_ids",
        "int=3",
        "Tensor=torch.unsqueeze(input_ids, -1).repeat([1, 1, 7])",
        "Tuple[int, Tensor]=(3, self.logits(input_ids))",
        "Dict[str, Tensor]={\"other\": self.logits(input_ids)}",
        "Tensor=torch.view(input_ids, [3, 100000])"
      })
  void whatIsNoLogitsIsAnErrorOfTheCall(String form) {
    try (Model model = running(form)) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> model.engine().forward(BATCH, Output.LOGITS))
            .isInstanceOf(InvalidInputException.class)
            .hasMessageStartingWith("forward of " + temp)
            .hasMessageContaining("(expected: logits ");
      }
    }
  }

  @Test
  void refusesEverythingButInference() {
    Model network = model("Tensor=self.logits(input_ids)");
    assertThatThrownBy(() -> new PyTorchBackend().initialize(network, FinetuneSpec.steps(1)))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("training of TorchScript(");
    assertThatThrownBy(() -> network.network().program())
        .isInstanceOf(UnsupportedFeatureException.class);
    try (Model model = new PyTorchBackend().initializeForInference(network)) {
      assertThatThrownBy(() -> model.engine().forward(BATCH, Output.HIDDEN))
          .isInstanceOf(UnsupportedFeatureException.class)
          .hasMessageStartingWith("outputs of a TorchScript network: [HIDDEN]");
      assertThatThrownBy(() -> model.engine().save(temp.resolve("saved")))
          .isInstanceOf(UnsupportedFeatureException.class);
      assertThat(temp.resolve("saved")).doesNotExist();
      assertThatThrownBy(() -> model.engine().forward(batch(new int[] {1}, 7), Output.LOGITS))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("input_ids[0]: 7 (expected: 0 to 6)");
      assertThatThrownBy(
              () -> model.engine().forward(batch(new int[] {17}, new long[17]), Output.LOGITS))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("17");
    }
  }

  @Test
  void onlyTheFactoryThatTheApplicationNamesOpensIt() throws IOException {
    Path file = file("Tensor=self.logits(input_ids)");
    ModelRegistry standard = HfModels.registry();
    assertThat(standard.types()).doesNotContain("torchscript");
    assertThat(ModelRegistry.fromServiceLoader().types()).doesNotContain("torchscript");
    assertThatThrownBy(() -> standard.create("torchscript", "m", Device.cpu(), Arguments.none()))
        .isInstanceOf(UnknownNameException.class)
        .hasMessageContaining("TorchScriptModelFactory");
    assertThatThrownBy(() -> standard.create("hf", "m", Device.cpu(), Arguments.of("path", file)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("a TorchScript file")
        .hasMessageContaining("dev.tenon.nn.TorchScriptModelFactory");
    Path renamed = Files.copy(file, temp.resolve("model.safetensors"));
    assertThatThrownBy(() -> SafetensorsFile.open(renamed))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("dev.tenon.nn.TorchScriptModelFactory");
    Path other = Files.writeString(temp.resolve("other.pt"), "PK\003\004 no archive");
    assertThatThrownBy(() -> create(other))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(
            "no TorchScript archive (expected: a file that torch.jit.save wrote)");
    Path broken = temp.resolve("broken.pt");
    Files.write(
        broken, ScriptArchive.of("def forward(self, x: Tensor) -> Tensor:\n  return y").bytes());
    assertThatThrownBy(() -> new PyTorchBackend().initializeForInference(create(broken)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("broken.pt")
        .hasMessageContaining("TorchScript that this libtorch loads");
  }

  private Model running(String form) {
    return new PyTorchBackend().initializeForInference(model(form));
  }

  private Model model(String form) {
    try {
      return create(file(form));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A file whose forward returns type=expression. */
  private Path file(String form) throws IOException {
    int equals = form.indexOf('=');
    String forward = String.format(FORWARD, form.substring(0, equals), form.substring(equals + 1));
    Path file = Files.createTempFile(temp, "model", ".pt");
    return Files.write(file, ScriptArchive.of(LOGITS, forward).bytes());
  }

  private static Model create(Path file) {
    ModelRegistry models = HfModels.registry();
    models.register(new TorchScriptModelFactory());
    Arguments arguments =
        Arguments.of("path", file)
            .with("tokenizer", TinyLlama.tokenizer())
            .with("vocab_size", VOCAB)
            .with("max_positions", 16);
    return models.create("torchscript", "m", Device.cpu(), arguments);
  }

  private static NamedArray batch(int[] lengths, long... ids) {
    return NamedArray.builder(Items.ofLengths(lengths))
        .put("input_ids", TensorData.ofLongs(ids, ids.length))
        .build();
  }
}
