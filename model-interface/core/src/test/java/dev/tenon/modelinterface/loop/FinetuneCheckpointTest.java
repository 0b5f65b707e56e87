package dev.tenon.modelinterface.loop;

import static dev.tenon.modelinterface.data.BatchSize.items;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.backend.testkit.ByteTokenizer;
import dev.tenon.backend.testkit.FakeEngine;
import dev.tenon.checkpoint.CheckpointDirectory;
import dev.tenon.checkpoint.CheckpointDirectory.Checkpoint;
import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.ModelVersion;
import dev.tenon.model.TrainingListener;
import dev.tenon.modelinterface.ModelInterface;
import dev.tenon.modelinterface.data.Batches;
import dev.tenon.modelinterface.data.Dataset;
import dev.tenon.modelinterface.data.PromptAnswer;
import dev.tenon.modelinterface.sft.SftInterface;
import dev.tenon.tensor.NamedArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Long, because every way in which a run may end or go on is a test. */
class FinetuneCheckpointTest {
  private static final ByteTokenizer BYTES = new ByteTokenizer();
  private static final List<String> FILES =
      List.of("model/model.safetensors", "optimizer.safetensors", "state.json", "loop/state.json");

  @TempDir private Path directory;

  private final Dataset data = data("a");
  private final Batches batches = data.batches(items(2), 3).epochs(2); // 3 batches an epoch

  private static Dataset data(String answer) {
    return PromptAnswer.of(
        IntStream.range(0, 5).mapToObj(i -> new PromptAnswer("p" + i, answer + i)).toList(), BYTES);
  }

  /** Supervised fine-tuning that counts its steps and evaluates to given numbers. */
  private static final class Counting implements ModelInterface {
    private final SftInterface sft = new SftInterface();
    private final double[] losses; // by step, from 1
    private int steps;

    private Counting(double... losses) {
      this.losses = losses;
    }

    @Override
    public void save(Model model, Path directory) {
      sft.save(model, directory);
    }

    @Override
    public Metrics trainStep(Model model, NamedArray batch) {
      Metrics metrics = sft.trainStep(model, batch);
      steps++;
      return metrics;
    }

    @Override
    public Metrics evaluate(Model model, Iterable<NamedArray> batches) {
      return Metrics.empty().with("loss", losses[steps - 1]);
    }

    @Override
    public Map<String, String> state() {
      return Map.of("steps", Integer.toString(steps));
    }

    @Override
    public void restore(Map<String, String> state) {
      steps = Integer.parseInt(state.getOrDefault("steps", "missing"));
    }
  }

  /** Ends the run by an exception after a step, as a killed process ends, but in this one. */
  private record Death(long after) implements TrainingListener {
    @Override
    public void onStep(ModelVersion version, Metrics metrics) {
      if (version.globalStep() == after) {
        throw new IllegalStateException("died after step " + after);
      }
    }
  }

  private Path root(String name) {
    return directory.resolve(name);
  }

  private FinetuneLoop.Builder loop(Path root, double... losses) {
    return FinetuneLoop.builder(new Counting(losses), batches)
        .checkpoint(root, 2)
        .resumeOrStart(root);
  }

  private FinetuneLoop.Builder judged(Path root, double... losses) {
    return loop(root, losses).evaluation(data.slice(0, 1).batches(items(1)), 1);
  }

  private static Map<String, byte[]> contents(Path root, long step) throws IOException {
    Map<String, byte[]> contents = new TreeMap<>();
    for (String file : FILES) {
      contents.put(file, Files.readAllBytes(root.resolve("step-" + step).resolve(file)));
    }
    return contents;
  }

  private static List<Long> steps(Path root) {
    return CheckpointDirectory.all(root).stream().map(Checkpoint::step).toList();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void aRunThatDiedGoesOnAsIfNothingHadHappened(long death) throws IOException {
    loop(root("straight")).build().run(FinetuneLoopTest.trainable());
    assertThatThrownBy(
            () ->
                loop(root("died"))
                    .listener(new Death(death))
                    .build()
                    .run(FinetuneLoopTest.trainable()))
        .hasMessage("died after step " + death);

    Model model = FinetuneLoopTest.trainable();
    FinetuneResult result = loop(root("died")).build().run(model);

    assertThat(result.version()).isEqualTo(new ModelVersion(2, 0, 6));
    long lost = death - (6 - ((FakeEngine) model.module()).seen().size());
    assertThat(lost).isBetween(0L, 2L);
    assertThat(contents(root("died"), 6))
        .usingRecursiveComparison()
        .isEqualTo(contents(root("straight"), 6));
    assertThat(steps(root("died"))).containsExactly(2L, 4L, 6L);
  }

  @Test
  void aFinishedRunMakesNoMoreStepsAndWritesTheSameModel() throws IOException {
    Path output = root("out");
    loop(root("run")).output(output).build().run(FinetuneLoopTest.trainable());
    byte[] weights = Files.readAllBytes(output.resolve("model.safetensors"));

    Model model = FinetuneLoopTest.trainable();
    FinetuneResult again = loop(root("run")).output(output).build().run(model);

    assertThat(((FakeEngine) model.module()).seen()).isEmpty();
    assertThat(again.version().globalStep()).isEqualTo(6);
    assertThat(again.stopped()).isFalse();
    assertThat(output.resolve("model.safetensors")).hasBinaryContent(weights);
  }

  @Test
  void aRequestedStopMakesACheckpointAndMoreEpochsMayFollow() throws IOException {
    FinetuneLoop stopped =
        FinetuneLoop.builder(new Counting(), batches.epochs(1)).checkpoint(root("a"), 2).build();
    stopped.requestStop();
    stopped.run(FinetuneLoopTest.trainable());
    assertThat(steps(root("a"))).as("no step, no checkpoint").isEmpty();

    FinetuneLoop.builder(new Counting(), batches.epochs(1))
        .checkpoint(root("a"), 2)
        .build()
        .run(FinetuneLoopTest.trainable());
    assertThat(steps(root("a"))).containsExactly(2L, 3L);

    List<String> events = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void onResume(ModelVersion version, Path directory) {
            events.add("resume " + version.globalStep() + " " + directory.getFileName());
          }

          @Override
          public void onCheckpoint(ModelVersion version, Path directory) {
            events.add("checkpoint " + version.globalStep() + " " + directory.getFileName());
          }
        };
    loop(root("a")).listener(listener).build().run(FinetuneLoopTest.trainable());
    loop(root("b")).build().run(FinetuneLoopTest.trainable());
    assertThat(contents(root("a"), 6)).usingRecursiveComparison().isEqualTo(contents(root("b"), 6));
    assertThat(events)
        .containsExactly("resume 3 step-3", "checkpoint 4 step-4", "checkpoint 6 step-6");
  }

  @Test
  void keepsTheNewestAndTheBest() {
    Path root = root("run");
    FinetuneResult result =
        judged(root, 5, 3, 4, 3.5, 3, 9)
            .keepLast(2)
            .keepBest()
            .build()
            .run(FinetuneLoopTest.trainable());

    assertThat(steps(root)).as("best, newest two").containsExactly(2L, 4L, 6L);
    assertThat(result.best()).contains(new BestStep(2, 3));
    assertThat(
            judged(root("odd"), 5, 6, 4, 7, 8, 9)
                .keepLast(1)
                .keepBest()
                .build()
                .run(FinetuneLoopTest.trainable())
                .best())
        .contains(new BestStep(3, 4));
    assertThat(steps(root("odd"))).as("an odd step is best").containsExactly(3L, 6L);
    judged(root("plain"), 5, 6, 4, 7, 8, 9).keepLast(2).build().run(FinetuneLoopTest.trainable());
    assertThat(steps(root("plain"))).containsExactly(4L, 6L);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 4, 5})
  void theBestModelIsLoadedAtTheEndAlsoAfterADeath(long death) throws IOException {
    double[] losses = {5, 4, 3, 6, Double.NaN, 7};
    Path root = root("run");
    if (death > 0) {
      assertThatThrownBy(
              () ->
                  judged(root, losses)
                      .keepLast(1)
                      .loadBestAtEnd()
                      .listener(new Death(death))
                      .build()
                      .run(FinetuneLoopTest.trainable()))
          .hasMessageContaining("died");
    }
    FinetuneResult result =
        judged(root, losses)
            .keepLast(1)
            .loadBestAtEnd()
            .output(root("out"))
            .build()
            .run(FinetuneLoopTest.trainable());

    assertThat(result.best()).contains(new BestStep(3, 3));
    assertThat(steps(root)).containsExactly(3L, 6L);
    assertThat(root("out").resolve("model.safetensors"))
        .hasSameBinaryContentAs(root.resolve("step-3/model/model.safetensors"));
  }

  @Test
  void theHighestCanBeTheBest() {
    Path root = root("run");
    FinetuneResult result =
        judged(root, 5, 9, 4, 3.5, 3, 9)
            .bestBy(BestMetric.highest("loss"))
            .keepLast(1)
            .keepBest()
            .build()
            .run(FinetuneLoopTest.trainable());
    assertThat(result.best()).contains(new BestStep(2, 9));
    assertThat(steps(root)).containsExactly(2L, 6L);
  }

  @Test
  void endsEarlyWhenPatienceIsOverAndStaysEnded() {
    FinetuneResult result =
        judged(root("run"), 5, 3, 4, 3.5, 2, 1)
            .earlyStop(2, 0)
            .build()
            .run(FinetuneLoopTest.trainable());
    assertThat(result.version().globalStep()).isEqualTo(4);
    assertThat(result.stoppedEarly()).isTrue();
    assertThat(result.stopped()).isFalse();
    assertThat(result.best()).contains(new BestStep(2, 3));

    FinetuneResult again =
        judged(root("run"), 5, 3, 4, 3.5, 2, 1)
            .earlyStop(2, 0)
            .build()
            .run(FinetuneLoopTest.trainable());
    assertThat(again.version().globalStep()).isEqualTo(4);
    assertThat(again.stoppedEarly()).isTrue();
  }

  @Test
  void aGainBelowTheThresholdIsNoProgressButIsTheBest() {
    FinetuneResult result =
        judged(root("run"), 5, 4.9, 4.8, 4.75, 2, 1)
            .earlyStop(3, 0.5)
            .build()
            .run(FinetuneLoopTest.trainable());
    assertThat(result.version().globalStep()).isEqualTo(4);
    assertThat(result.best()).contains(new BestStep(4, 4.75));
  }

  @Test
  void aMetricThatIsNotThereIsNamed() {
    FinetuneLoop loop = judged(root("run"), 1).bestBy(BestMetric.highest("accuracy")).build();
    assertThatThrownBy(() -> loop.run(FinetuneLoopTest.trainable()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "metric for the best model: accuracy (expected: one of an evaluation's [loss])");
  }

  @Test
  void aNewRunIsNotPutOnTopOfAnOldOne() {
    loop(root("run")).build().run(FinetuneLoopTest.trainable());
    FinetuneLoop fresh =
        FinetuneLoop.builder(new Counting(), batches).checkpoint(root("run"), 2).build();
    assertThatThrownBy(() -> fresh.run(FinetuneLoopTest.trainable()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("the latest at step 6 (expected: no checkpoint, or resumeOrStart)");
  }

  @Test
  void otherDataIsRefusedAndNothingChanges() {
    Path root = root("run");
    loop(root).build().run(FinetuneLoopTest.trainable());
    for (Batches other :
        List.of(
            data("b").batches(items(2), 3).epochs(2),
            data.batches(items(1), 3).epochs(2),
            data.batches(items(2), 4).epochs(2),
            data.batches(items(2)).epochs(2),
            data.slice(0, 4).batches(items(2), 3).epochs(2))) {
      Model model = FinetuneLoopTest.trainable();
      FinetuneLoop loop = FinetuneLoop.builder(new Counting(), other).resumeOrStart(root).build();
      assertThatThrownBy(() -> loop.run(model))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith("data of the run: sha256 ");
      assertThat(model.trainEngine().version()).isZero();
    }
  }

  @Test
  void anInterfaceRefusesTheStateOfAnother() {
    loop(root("run")).build().run(FinetuneLoopTest.trainable());
    Model model = FinetuneLoopTest.trainable();
    FinetuneLoop other =
        FinetuneLoop.builder(new SftInterface(), batches).resumeOrStart(root("run")).build();
    assertThatThrownBy(() -> other.run(model))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("state of SftInterface: [steps] (expected: none, for it remembers nothing)");
    assertThat(model.trainEngine().version()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"optimizer.safetensors", "model/model.safetensors", "loop/state.json"})
  void aDamagedLatestIsPutAsideAndTheOneBeforeServes(String file) throws IOException {
    Path root = root("run");
    loop(root).build().run(FinetuneLoopTest.trainable());
    Map<String, byte[]> whole = contents(root, 6);
    Path damaged = root.resolve("step-6").resolve(file);
    byte[] bytes = Files.readAllBytes(damaged);
    bytes[bytes.length - 2] ^= 1;
    Files.write(damaged, bytes);

    Model model = FinetuneLoopTest.trainable();
    loop(root).build().run(model);

    assertThat(((FakeEngine) model.module()).seen()).as("steps 5 and 6 again").hasSize(2);
    assertThat(contents(root, 6)).usingRecursiveComparison().isEqualTo(whole);
    Path aside = onlyOne(root, ".step-6.bad-");
    assertThat(aside.resolve(file)).as("never deleted").hasBinaryContent(bytes);

    for (long step : new long[] {2, 4, 6}) {
      Files.delete(root.resolve("step-" + step).resolve(file));
    }
    assertRefused(root, "no checkpoint is whole: ");
    assertRefused(root, "step-2: " + file + ": missing");
    assertThat(steps(root)).as("where none is good, all stay").containsExactly(2L, 4L, 6L);
  }

  private static Path onlyOne(Path root, String prefix) throws IOException {
    try (Stream<Path> files = Files.list(root)) {
      List<Path> found = files.filter(x -> x.getFileName().toString().startsWith(prefix)).toList();
      assertThat(found).hasSize(1);
      return found.get(0);
    }
  }

  private void assertRefused(Path root, String message) {
    Model model = FinetuneLoopTest.trainable();
    FinetuneLoop loop = loop(root).build();
    assertThatThrownBy(() -> loop.run(model))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message);
    assertThat(model.trainEngine().version()).isZero();
    assertThat(((FakeEngine) model.module()).seen()).isEmpty();
  }

  @Test
  void noCheckpointThatIsWholeIsAnErrorNeverAStart() throws IOException {
    Path root = root("run");
    loop(root).build().run(FinetuneLoopTest.trainable());
    Files.delete(root.resolve("latest"));
    for (long step : new long[] {2, 4, 6}) {
      Files.delete(root.resolve("step-" + step + "/manifest.json"));
    }
    assertRefused(root, "no checkpoint is whole: ");
  }

  @Test
  void optionsThatNeedAnotherOneAreNamed() {
    FinetuneLoop.Builder builder =
        FinetuneLoop.builder(new Counting(), batches).keepBest().keepLast(1);
    assertThatThrownBy(builder::build)
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "evaluation: none (expected: one to judge the run by); checkpoint root: none"
                + " (expected: one to keep them in)");
    assertThatThrownBy(() -> builder.checkpoint(root("a"), 1).resumeOrStart(root("b")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("the same as before");
    assertThatThrownBy(() -> loop(root("out/a")).output(root("out")).build())
        .hasMessageContaining("outside of the output");
    assertThatThrownBy(() -> builder.checkpoint(root("a"), 0)).hasMessageContaining("> 0");
    assertThatThrownBy(() -> builder.earlyStop(0, -1))
        .hasMessageContaining("early_stopping_patience: 0")
        .hasMessageContaining("early_stopping_threshold: -1");
    assertThatThrownBy(() -> loop(root("x")).from(ModelVersion.start()).build())
        .hasMessageContaining("none with resumeOrStart");
  }
}
