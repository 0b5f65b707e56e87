package dev.tenon.modelinterface.loop;

import static dev.tenon.modelinterface.data.BatchSize.items;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.backend.testkit.ByteTokenizer;
import dev.tenon.backend.testkit.FakeBackend;
import dev.tenon.backend.testkit.FakeEngine;
import dev.tenon.backend.testkit.FakeNetwork;
import dev.tenon.backend.testkit.objectives.ExampleObjectives;
import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.ModelVersion;
import dev.tenon.model.TrainingListener;
import dev.tenon.modelinterface.data.Batches;
import dev.tenon.modelinterface.data.Dataset;
import dev.tenon.modelinterface.data.PromptAnswer;
import dev.tenon.modelinterface.generation.GenerationInterface;
import dev.tenon.modelinterface.sft.SftInterface;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Schedule;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FinetuneLoopTest {
  private static final ByteTokenizer BYTES = new ByteTokenizer();

  @TempDir Path directory;

  private final Model model = trainable();
  private final FakeEngine engine = (FakeEngine) model.module();
  private final Dataset data =
      PromptAnswer.of(
          IntStream.range(0, 5).mapToObj(i -> new PromptAnswer("p" + i, "a" + i)).toList(), BYTES);
  private final Batches batches = data.batches(items(2), 3).epochs(2); // 3 batches an epoch
  private final Iterable<NamedArray> heldOut = data.slice(0, 1).batches(items(1));

  /** Writes down every call. */
  private static final class Diary implements TrainingListener {
    private final List<String> calls = new ArrayList<>();
    private Consumer<Long> onStep = step -> {};

    @Override
    public void onStart(Model model, long totalSteps) {
      calls.add("start " + totalSteps);
    }

    @Override
    public void onStep(ModelVersion version, Metrics metrics) {
      calls.add("step " + text(version));
      onStep.accept(version.globalStep());
    }

    @Override
    public void onEvaluation(ModelVersion version, Metrics metrics) {
      calls.add("evaluation " + version.globalStep());
    }

    @Override
    public void onEnd(ModelVersion version) {
      calls.add("end " + text(version));
    }

    private static String text(ModelVersion version) {
      return version.epoch() + "/" + version.epochStep() + "/" + version.globalStep();
    }
  }

  private final Diary diary = new Diary();

  static Model trainable() {
    FinetuneSpec spec = FinetuneSpec.openEnded().learningRate(0.05).schedule(Schedule.constant(0));
    return new FakeBackend()
        .with(ExampleObjectives.sft())
        .initialize(FakeNetwork.of(258, 512).model("fake", BYTES), spec);
  }

  private static Map<String, TensorData> parameters(Model model) {
    Map<String, TensorData> parameters = new TreeMap<>();
    model.trainEngine().parameters(parameters::put);
    return parameters;
  }

  private FinetuneLoop.Builder loop() {
    return FinetuneLoop.builder(new SftInterface(), batches).listener(diary);
  }

  private boolean saved() {
    return Files.exists(directory.resolve("out/model.safetensors"));
  }

  @Test
  void everyBatchIsAStepAndTheModelIsSavedAtTheEnd() {
    FinetuneResult result = loop().output(directory.resolve("out")).build().run(model);

    assertThat(diary.calls)
        .containsExactly(
            "start 6",
            "step 0/1/1",
            "step 0/2/2",
            "step 0/3/3",
            "step 1/1/4",
            "step 1/2/5",
            "step 1/3/6",
            "end 2/0/6");
    assertThat(result.version()).isEqualTo(new ModelVersion(2, 0, 6));
    assertThat(result.stopped()).isFalse();
    assertThat(result.lastStep().asMap()).containsKeys("loss", "ppl", "tokens");
    assertThat(model.trainEngine().version()).isEqualTo(6);
    assertThat(saved()).isTrue();
  }

  @Test
  void evaluatesEveryFewStepsAndAtTheEndOnce() {
    FinetuneResult result = loop().evaluation(heldOut, 2).build().run(model);

    assertThat(diary.calls)
        .containsSubsequence(
            "step 0/2/2",
            "evaluation 2",
            "step 0/3/3",
            "step 1/1/4",
            "evaluation 4",
            "step 1/3/6",
            "evaluation 6",
            "end 2/0/6")
        .hasSize(11);
    assertThat(result.lastEvaluation().get("target_tokens")).isEqualTo(3);
  }

  @Test
  void evaluatesAtTheEndAlsoBetweenTwoMultiples() {
    loop().evaluation(heldOut, 4).build().run(model);

    assertThat(diary.calls).containsSubsequence("evaluation 4", "evaluation 6").hasSize(10);
  }

  @Test
  void aRequestedStopEndsAfterTheStepAndSaves() {
    FinetuneLoop loop = loop().evaluation(heldOut).output(directory.resolve("out")).build();
    diary.onStep = step -> stopAt(loop, step, 2);

    FinetuneResult result = loop.run(model);

    assertThat(diary.calls).containsExactly("start 6", "step 0/1/1", "step 0/2/2", "end 0/2/2");
    assertThat(result.stopped()).isTrue();
    assertThat(result.lastEvaluation()).isEqualTo(Metrics.empty());
    assertThat(saved()).isTrue();
  }

  private static void stopAt(FinetuneLoop loop, long step, long last) {
    if (step == last) {
      loop.requestStop();
    }
  }

  @Test
  void aStopRequestedOnAnotherThreadBeforeTheRunTakesNoStep() throws InterruptedException {
    FinetuneLoop loop = loop().build();
    Thread other = new Thread(loop::requestStop);
    other.start();
    other.join();

    assertThat(loop.run(model).version()).isEqualTo(ModelVersion.start());
    assertThat(model.trainEngine().version()).isZero();
  }

  @Test
  void aResumedRunSeesTheBatchesThatTheStoppedOneDidNot() {
    loop().build().run(model);
    List<NamedArray> straight = List.copyOf(engine.seen());

    for (int stop = 1; stop < 6; stop++) {
      Model again = trainable();
      FakeEngine resumed = (FakeEngine) again.module();
      FinetuneLoop first = loop().build();
      int last = stop;
      diary.onStep = step -> stopAt(first, step, last);
      ModelVersion done = first.run(again).version();
      FinetuneResult result = loop().from(done).build().run(again);

      assertThat(resumed.seen()).isEqualTo(straight);
      assertThat(result.version()).isEqualTo(new ModelVersion(2, 0, 6));
      assertThat(parameters(again)).isEqualTo(parameters(model));
    }
  }

  @Test
  void anInterfaceThatSavesNothingIsRefusedBeforeTheFirstStep() {
    FinetuneLoop loop =
        FinetuneLoop.builder(new GenerationInterface(GenerationOptions.greedy(1)), batches)
            .listener(diary)
            .build();

    assertThatThrownBy(() -> loop.run(model))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("save of GenerationInterface");
    assertThat(diary.calls).isEmpty();
  }

  @Test
  void aModelThatCannotBeTrainedIsRefusedBeforeTheFirstStep() {
    Model network = FakeNetwork.of(258, 9).model("fake", BYTES);

    assertThatThrownBy(() -> loop().build().run(network))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("module: Network");
    assertThat(diary.calls).isEmpty();
  }

  @Test
  void anItemThatIsTooLongIsRefusedBeforeTheFirstStep() {
    Dataset tooLong = PromptAnswer.of(List.of(new PromptAnswer("p", "a".repeat(600))), BYTES);
    FinetuneLoop loop =
        FinetuneLoop.builder(new SftInterface(), tooLong.batches(items(1))).listener(diary).build();

    assertThatThrownBy(() -> loop.run(model))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("item 1: 603 tokens")
        .hasMessageEndingWith("(expected: at most max_position_embeddings 512)");
    assertThat(diary.calls).isEmpty();
  }

  @Test
  void anOutputThatCannotBeWrittenIsRefusedBeforeTheFirstStep() throws IOException {
    Files.writeString(directory.resolve("theirs.txt"), "not ours");

    assertThatThrownBy(() -> loop().output(directory).build().run(model))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("files that are not ours");
    assertThat(diary.calls).isEmpty();
  }

  @Test
  void aFailedRunTellsItsListenersAndSavesNothing() {
    diary.onStep =
        step -> {
          throw new IllegalStateException("listener of step " + step);
        };

    assertThatThrownBy(() -> loop().output(directory.resolve("out")).build().run(model))
        .hasMessage("listener of step 1");
    assertThat(diary.calls).last().isEqualTo("end 0/1/1");
    assertThat(saved()).isFalse();
  }

  @Test
  void aLoopRunsOnce() {
    FinetuneLoop loop = loop().build();
    loop.run(model);

    assertThatThrownBy(() -> loop.run(model)).isInstanceOf(InvalidInputException.class);
  }

  @Test
  void trainingLowersTheLossAndWritesTheTrainedModel() throws IOException {
    Batches many = data.batches(items(2), 3).epochs(20);
    Metrics before = new SftInterface().evaluate(model, heldOut);
    FinetuneResult result =
        FinetuneLoop.builder(new SftInterface(), many)
            .evaluation(heldOut)
            .output(directory.resolve("out"))
            .build()
            .run(model);

    assertThat(result.lastEvaluation().get("loss")).isLessThan(before.get("loss") - 1);
    assertThat(Files.size(directory.resolve("out/model.safetensors"))).isPositive();
  }
}
