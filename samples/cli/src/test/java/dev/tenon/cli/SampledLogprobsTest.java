package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.cli.conformance.Resources;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.nn.HfModels;
import dev.tenon.spec.Arguments;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The log-probabilities that come with sampled tokens are those of transformers' logits at the
 * temperature, and those of a forward pass here, whatever filters the tokens went through.
 */
@Tag("python")
class SampledLogprobsTest {
  private static final double TEMPERATURE = 0.7;
  private static final int NEW_TOKENS = 24;
  private static final GenerationOptions OPTIONS =
      GenerationOptions.sampling(NEW_TOKENS)
          .ignoringEos()
          .withTemperature(TEMPERATURE)
          .withTopK(40)
          .withTopP(0.95)
          .withRepetitionPenalty(1.2)
          .withSamples(2);

  @ParameterizedTest
  @ValueSource(strings = {"llama", "llama-rope3-sharded", "llama-bf16-v4config", "gpt2"})
  void areThoseOfTransformers(String family, @TempDir Path scratch) throws Exception {
    Path directory = Resources.directory("families/" + family);
    Model network =
        HfModels.registry().create("hf", family, Device.cpu(), Arguments.of("path", directory));
    try (Model model = new PyTorchBackend().initializeForInference(network)) {
      NamedArray answers = model.engine().generate(prompts(), OPTIONS, 3);
      TensorData found = answers.get("logprobs");
      TensorData forward =
          model
              .engine()
              .forward(
                  answers, OutputRequest.of(Output.TOKEN_LOGPROBS).withTemperature(TEMPERATURE))
              .get("token_logprobs");
      double[] expected = transformers(directory, answers, scratch);
      boolean[] promptMask = answers.get("prompt_mask").toBooleans();
      int entry = 0;
      int first = 0;
      for (int length : answers.items().lengths()) {
        for (int t = first + 1; t < first + length; t++, entry++) {
          boolean answer = !promptMask[t];
          double wanted = answer ? expected[entry] : 0;
          assertThat(found.getDouble(entry)).isCloseTo(wanted, within(1e-4));
          assertThat(answer ? forward.getDouble(entry) : 0).isCloseTo(wanted, within(1e-4));
        }
        first += length;
      }
    }
  }

  private static NamedArray prompts() {
    long[] ids = {5, 9, 17, 30, 41, 8, 8, 13};
    return NamedArray.builder(Items.ofLengths(3, 5))
        .put("input_ids", TensorData.ofLongs(ids, ids.length))
        .build();
  }

  /** log softmax(logits / temperature) of each token after the first of its sequence. */
  private static double[] transformers(Path directory, NamedArray answers, Path scratch)
      throws Exception {
    long[] ids = answers.get("input_ids").toLongs();
    List<List<Long>> sequences = new ArrayList<>();
    int first = 0;
    for (int length : answers.items().lengths()) {
      sequences.add(LongStream.of(ids).skip(first).limit(length).boxed().toList());
      first += length;
    }
    Map<String, Object> answer =
        TransformersReference.ask(
            directory, Map.of("sequences", sequences, "prompts", List.of()), scratch);
    List<?> logits = (List<?>) answer.get("logits");
    double[] logprobs = new double[ids.length - sequences.size()];
    int entry = 0;
    for (int i = 0; i < sequences.size(); i++) {
      List<?> rows = (List<?>) logits.get(i);
      for (int t = 1; t < sequences.get(i).size(); t++) {
        double[] row = TransformersReference.numbers(rows.get(t - 1));
        double sum = Arrays.stream(row).map(x -> Math.exp(x / TEMPERATURE)).sum();
        int token = sequences.get(i).get(t).intValue();
        logprobs[entry++] = row[token] / TEMPERATURE - Math.log(sum);
      }
    }
    return logprobs;
  }
}
