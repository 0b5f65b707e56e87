package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.cli.conformance.Resources;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.model.Model;
import dev.tenon.model.ModelRegistry;
import dev.tenon.model.Network;
import dev.tenon.model.Output;
import dev.tenon.modelinterface.text.TextGenerator;
import dev.tenon.nn.HfModels;
import dev.tenon.nn.TorchScriptModelFactory;
import dev.tenon.spec.Arguments;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What torch.jit.trace makes of transformers' models gives what their checkpoints give. */
@Tag("python")
class TracedModelTest {
  @ParameterizedTest
  @CsvSource({"gpt2, dict", "llama, tuple", "llama-bf16-v4config, logits"})
  void aTracedFileIsTheSameModel(String family, String form, @TempDir Path scratch)
      throws Exception {
    Path source = Resources.directory("families/" + family);
    Path file = scratch.resolve("traced.pt");
    TransformersReference.run(
        "/python/trace_model.py", scratch, source.toString(), file.toString(), form);
    ModelRegistry models = HfModels.registry();
    models.register(new TorchScriptModelFactory());
    Model hf = models.create("hf", "hf", Device.cpu(), Arguments.of("path", source));
    Network network = hf.network();
    Arguments arguments =
        Arguments.of("path", file)
            .with("tokenizer", source)
            .with("vocab_size", network.vocabSize())
            .with("max_positions", network.maxPositions());
    Model traced = models.create("torchscript", "traced", Device.cpu(), arguments);

    PyTorchBackend backend = new PyTorchBackend();
    try (Model expected = backend.initializeForInference(hf);
        Model found = backend.initializeForInference(traced)) {
      NamedArray batch = batch(network.vocabSize(), 5, 1, 16);
      Output[] outputs = {Output.LOGITS, Output.TOKEN_LOGPROBS, Output.ENTROPY};
      NamedArray right = expected.engine().forward(batch, outputs);
      NamedArray left = found.engine().forward(batch, outputs);
      for (String name : new String[] {"logits", "token_logprobs", "entropy"}) {
        float[] numbers = right.get(name).toFloats();
        float[] values = left.get(name).toFloats();
        assertThat(values).hasSameSizeAs(numbers);
        for (int i = 0; i < numbers.length; i++) {
          assertThat(values[i]).as(name).isCloseTo(numbers[i], within(2e-4f));
        }
      }
      GenerationOptions options = GenerationOptions.greedy(8).ignoringEos();
      assertThat(TextGenerator.open(found).generate("The quick", options).text())
          .isEqualTo(TextGenerator.open(expected).generate("The quick", options).text());
    }
  }

  private static NamedArray batch(int vocabSize, int... lengths) {
    int tokens = Items.ofLengths(lengths).lengths().stream().mapToInt(x -> x).sum();
    long[] ids = new Random(3).longs(tokens, 0, vocabSize).toArray();
    return NamedArray.builder(Items.ofLengths(lengths))
        .put("input_ids", TensorData.ofLongs(ids, tokens))
        .build();
  }
}
