package dev.tenon.backend.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.backend.testkit.LeakExtension;
import dev.tenon.checkpoint.CheckpointDirectory;
import dev.tenon.error.CheckpointException;
import dev.tenon.error.UnknownNameException;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.nn.HfModels;
import dev.tenon.nn.family.llama.LlamaConfig;
import dev.tenon.nn.lora.LoraAdapters;
import dev.tenon.nn.lora.LoraConfig;
import dev.tenon.nn.lora.LoraNetwork;
import dev.tenon.spec.AdamW;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.TrainedParameters;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Adapters on a small network: what trains, what is kept, what runs. */
class LoraOnEngineTest {
  @RegisterExtension static final LeakExtension LEAKS = NativeLeaks.extension();

  private static final LoraConfig CONFIG = LoraConfig.rank(3).alpha(5).dropout(0.3);
  private static final int[] LENGTHS = {9, 4, 7};

  @TempDir private Path scratch;
  private Path source = Path.of("");

  @BeforeEach
  void aBase() {
    source = scratch.resolve("base");
    CheckpointDirectory.write(
        source,
        to -> {
          Model tiny = TinyLlama.create(false);
          tiny.network().save(to, tiny.network().weights());
        });
  }

  private Model base() {
    return HfModels.registry().create("hf", "tiny", Device.cpu(), Arguments.of("path", source));
  }

  private Model adapted(LoraConfig config) {
    Model base = base();
    return base.withModule(LoraNetwork.create(base.network(), config, 5));
  }

  private Model opened(Path adapters) {
    Model base = base();
    return base.withModule(LoraNetwork.open(base.network(), adapters));
  }

  private static Model training(Model model, FinetuneSpec spec) {
    return new PyTorchBackend().initialize(model, spec);
  }

  private static Model running(Model model) {
    return new PyTorchBackend().initializeForInference(model);
  }

  private static FinetuneSpec spec() {
    return FinetuneSpec.steps(8)
        .learningRate(1e-2)
        .optimizer(new AdamW(0.9, 0.999, 1e-8, 0.1))
        .microBatchTokens(16);
  }

  private static Metrics step(Model model, int seed) {
    return model.trainEngine().trainBatch(TinyLlama.batch(seed, LENGTHS), TinyLlama.crossEntropy());
  }

  private static Map<String, TensorData> parameters(Model model) {
    Map<String, TensorData> all = new TreeMap<>();
    model.trainEngine().parameters(all::put);
    return all;
  }

  private static TensorData logits(Model model) {
    return model.engine().forward(TinyLlama.batch(50, LENGTHS), Output.LOGITS).get("logits");
  }

  @Test
  void newAdaptersComputeWhatTheBaseComputes() {
    try (Model plain = running(base());
        Model adapted = running(adapted(CONFIG));
        Model trains = training(adapted(CONFIG), spec());
        Model trainsPlain = training(base(), spec())) {
      assertThat(logits(adapted)).isEqualTo(logits(plain));
      assertThat(logits(trains)).isEqualTo(logits(trainsPlain));
    }
  }

  @Test
  void onlyAdaptersTrain() {
    try (Model model = training(adapted(CONFIG.targets(List.of("q_proj", "down_proj"))), spec())) {
      Map<String, TensorData> gradients = new TreeMap<>();
      model
          .trainEngine()
          .gradients(TinyLlama.batch(1, LENGTHS), TinyLlama.crossEntropy(), gradients::put);
      assertThat(gradients.keySet())
          .allMatch(x -> x.matches(".*(q_proj|down_proj)\\.lora_[AB]\\.weight"))
          .hasSize(8);
      Map<String, TensorData> before = parameters(model);
      step(model, 1);
      step(model, 2);
      parameters(model)
          .forEach(
              (name, x) ->
                  assertThat(x.equals(before.get(name)))
                      .as(name)
                      .isEqualTo(!name.contains(".lora_")));
    }
  }

  @Test
  void aSpecChoosesAmongAdaptersAndModulesToSave() {
    LoraConfig config = CONFIG.modulesToSave(List.of("lm_head"));
    FinetuneSpec head = spec().trained(TrainedParameters.only("lm_head"));
    try (Model model = training(adapted(config), head)) {
      Map<String, TensorData> before = parameters(model);
      step(model, 1);
      Map<String, TensorData> after = parameters(model);
      before.forEach(
          (name, x) ->
              assertThat(x.equals(after.get(name))).isEqualTo(!name.equals("lm_head.weight")));
    }
    FinetuneSpec below = spec().trained(TrainedParameters.only("embed_tokens"));
    assertThatThrownBy(() -> training(adapted(config), below)).hasMessageContaining("embed_tokens");
  }

  @Test
  void whatIsLearnedIsTheSameSavedMergedAndGenerating() throws IOException {
    Path adapters = scratch.resolve("adapters");
    Path merged = Files.createDirectory(scratch.resolve("merged"));
    LoraConfig config = CONFIG.dropout(0).modulesToSave(List.of("model.norm"));
    NamedArray prompts = TinyLlama.batch(3, 5).without("loss_mask").without("output_mask");
    GenerationOptions greedy = GenerationOptions.greedy(6).ignoringEos();
    try (Model model = training(adapted(config), spec())) {
      double before = step(model, 1).get("loss");
      for (int i = 0; i < 6; i++) {
        step(model, 1);
      }
      assertThat(step(model, 1).get("loss")).isLessThan(before - 0.2);
      model.engine().save(adapters);
      LoraNetwork.open(base().network(), adapters).saveMerged(merged);
      try (Model reopened = running(opened(adapters));
          Model ordinary =
              running(
                  HfModels.registry()
                      .create("hf", "tiny", Device.cpu(), Arguments.of("path", merged)));
          Model again = training(opened(adapters), spec())) {
        assertClose(logits(reopened), logits(model));
        assertClose(logits(ordinary), logits(model));
        assertThat(logits(again)).isEqualTo(logits(model));
        assertThat(reopened.engine().generate(prompts, greedy).get("input_ids"))
            .isEqualTo(model.engine().generate(prompts, greedy).get("input_ids"))
            .isEqualTo(ordinary.engine().generate(prompts, greedy).get("input_ids"));
      }
    }
    assertThat(adapters.resolve("model.safetensors")).doesNotExist();
    try (Model plain = running(base());
        Model back = running(base())) {
      assertThat(logits(plain)).isEqualTo(logits(back));
    }
  }

  @Test
  void adaptersOnOneBaseAreChosenByName() {
    for (String name : List.of("one", "two")) {
      try (Model model = training(adapted(CONFIG.rankStabilised(name.equals("two"))), spec())) {
        step(model, name.length());
        step(model, name.hashCode() & 15);
        model.engine().save(scratch.resolve(name));
      }
    }
    LoraAdapters adapters =
        LoraAdapters.open(
            base(), Map.of("one", scratch.resolve("one"), "two", scratch.resolve("two")));
    assertThat(adapters.names()).containsExactly("one", "two");
    try (Model plain = running(adapters.base());
        Model one = running(adapters.with("one"));
        Model two = running(adapters.with("two"));
        Model alone = running(opened(scratch.resolve("one")));
        Model back = running(adapters.base())) {
      TensorData before = logits(plain);
      assertThat(logits(one)).isEqualTo(logits(alone)).isNotEqualTo(logits(two));
      assertThat(logits(two)).isNotEqualTo(before);
      assertThat(logits(back)).isEqualTo(before);
      assertThat(logits(plain)).isEqualTo(before);
    }
    assertThatThrownBy(() -> adapters.with("three")).isInstanceOf(UnknownNameException.class);
  }

  /** Logits of this network are below 1; merging changes the order of a sum of 40 products. */
  private static void assertClose(TensorData found, TensorData expected) {
    assertThat(Gradients.distance(found, expected)).isLessThan(1e-4);
  }

  @Test
  void dropoutOfAdaptersIsTheSameWhenBlocksRunAgain() {
    NamedArray batch = TinyLlama.batch(1, LENGTHS);
    try (Model plain = training(adapted(CONFIG), spec());
        Model again = training(adapted(CONFIG), spec().gradientCheckpointing(true));
        Model without = training(adapted(CONFIG), spec().disableDropout(true))) {
      for (Model model : List.of(plain, again, without)) {
        step(model, 1); // B is no longer 0
      }
      Map<String, TensorData> expected = new TreeMap<>();
      Map<String, TensorData> recomputed = new TreeMap<>();
      Map<String, TensorData> other = new TreeMap<>();
      plain.trainEngine().gradients(batch, TinyLlama.crossEntropy(), expected::put);
      again.trainEngine().gradients(batch, TinyLlama.crossEntropy(), recomputed::put);
      without.trainEngine().gradients(batch, TinyLlama.crossEntropy(), other::put);
      Gradients.assertClose(recomputed, expected);
      assertThat(other).isNotEqualTo(expected);
    }
  }

  @Test
  void aRunGoesOnFromItsStateBitForBitAndTheStateHoldsNoBase() throws IOException {
    Path state = Files.createDirectory(scratch.resolve("state"));
    Map<String, TensorData> straight;
    try (Model model = training(adapted(CONFIG), spec())) {
      step(model, 1);
      step(model, 2);
      model.trainEngine().saveState(state);
      step(model, 3);
      straight = parameters(model);
    }
    assertThat(state.resolve("model/model.safetensors")).doesNotExist();
    assertThat(state.resolve("model/adapter_model.safetensors")).exists();
    try (Model model = training(adapted(CONFIG), spec())) {
      step(model, 9);
      model.trainEngine().loadState(state);
      step(model, 3);
      assertThat(parameters(model)).isEqualTo(straight);
    }
  }

  @Test
  void aStateOnAnotherBaseIsRefused() throws IOException {
    Path state = Files.createDirectory(scratch.resolve("state"));
    try (Model model = training(adapted(CONFIG), spec())) {
      step(model, 1);
      model.trainEngine().saveState(state);
    }
    Model other =
        HfModels.create(
            "other",
            Device.cpu(),
            LlamaConfig.of(TinyLlama.VOCABULARY, 24, 40, 2, 4)
                .withKeyValueHeads(2)
                .withBiases(true, false)
                .toMap(),
            TinyLlama.tokenizer(),
            8);
    Model onOther = other.withModule(LoraNetwork.create(other.network(), CONFIG, 5));
    try (Model model = training(onOther, spec())) {
      assertThatThrownBy(() -> model.trainEngine().loadState(state))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("base_sha256");
    }
  }
}
