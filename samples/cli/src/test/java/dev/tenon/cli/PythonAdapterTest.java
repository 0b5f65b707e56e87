package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.checkpoint.CheckpointDirectory;
import dev.tenon.cli.conformance.Resources;
import dev.tenon.model.Model;
import dev.tenon.modelinterface.data.Batches;
import dev.tenon.modelinterface.sft.SftInterface;
import dev.tenon.nn.HfModels;
import dev.tenon.nn.lora.LoraNetwork;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.ModelConfig;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.NamedArray;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Adapters go from Tenon to peft and back, trained by both from the same start. */
@Tag("python")
class PythonAdapterTest {
  private static Model open(Path base, Arguments adapters) {
    return HfModels.registry()
        .create(
            ModelConfig.of("hf", Arguments.of("path", base)).wrappedIn("lora", adapters),
            "model",
            Device.cpu());
  }

  @ParameterizedTest
  @CsvSource({
    "llama, all-linear, false, lm_head",
    "llama-rope3-sharded, q_proj v_proj, true, ''",
    "llama-bf16-v4config, all-linear, false, ''",
    "gpt2, c_attn mlp.c_proj, false, ''",
    "gpt2, all-linear, true, ln_f",
  })
  void adaptersAreTheSameInPeft(
      String family, String targets, boolean stabilised, String whole, @TempDir Path scratch)
      throws Exception {
    Path source = Resources.directory("families/" + family);
    Map<String, Object> arguments = new LinkedHashMap<>();
    arguments.put("rank", 4);
    arguments.put("alpha", 6.0);
    arguments.put("targets", List.of(targets.split(" ")));
    arguments.put("rslora", stabilised);
    arguments.put("modules_to_save", whole.isEmpty() ? List.of() : List.of(whole));
    arguments.put("seed", 3L);
    Path start = scratch.resolve("start");
    Path ours = scratch.resolve("ours");
    Path theirs = scratch.resolve("theirs");
    Path merged = scratch.resolve("merged");

    Model base = open(source, Arguments.of(arguments));
    Batches batches = PythonRoundTripTest.batches(base);
    List<Double> losses = new ArrayList<>();
    SftInterface sft = new SftInterface();
    try (Model model = new PyTorchBackend().initialize(base, PythonRoundTripTest.spec())) {
      sft.save(model, start);
      batches.forEach(batch -> losses.add(sft.trainStep(model, batch).get("loss")));
      sft.save(model, ours);
    }

    Map<String, Object> train = new LinkedHashMap<>(PythonRoundTripTest.training(batches));
    train.put("adapter", start.toString());
    train.put("save_adapter", theirs.toString());
    Map<String, Object> trained = TransformersReference.ask(source, train, scratch);
    double[] expected = TransformersReference.numbers(trained.get("losses"));
    for (int i = 0; i < losses.size(); i++) {
      assertThat(losses.get(i)).as("loss of step " + i).isCloseTo(expected[i], within(1e-4));
    }

    NamedArray batch = batches.iterator().next();
    compare(source, ours, batch, scratch);
    compare(source, theirs, batch, scratch);
    LoraNetwork network = LoraNetwork.open(openPlain(source).network(), ours);
    CheckpointDirectory.write(merged, network::saveMerged);
    compareMerged(source, ours, merged, batch, scratch);
  }

  private static Model openPlain(Path directory) {
    return HfModels.registry().create("hf", "model", Device.cpu(), Arguments.of("path", directory));
  }

  private static void compare(Path source, Path adapter, NamedArray batch, Path scratch)
      throws Exception {
    Map<String, Object> ask = new LinkedHashMap<>(PythonRoundTripTest.questions(batch));
    ask.put("adapter", adapter.toString());
    Map<String, Object> answer = TransformersReference.ask(source, ask, scratch);
    Model model = open(source, Arguments.of("adapter", adapter));
    try (Model running = new PyTorchBackend().initializeForInference(model)) {
      PythonRoundTripTest.compareLogits(running, batch, (List<?>) answer.get("logits"));
      PythonRoundTripTest.compareGreedy(running, batch, (List<?>) answer.get("greedy"));
    }
  }

  private static void compareMerged(
      Path source, Path adapter, Path merged, NamedArray batch, Path scratch) throws Exception {
    Map<String, Object> answer =
        TransformersReference.ask(merged, PythonRoundTripTest.questions(batch), scratch);
    try (Model running = new PyTorchBackend().initializeForInference(openPlain(merged))) {
      PythonRoundTripTest.compareLogits(running, batch, (List<?>) answer.get("logits"));
    }
  }
}
