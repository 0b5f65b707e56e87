package dev.tenon.modelinterface.loop;

import static dev.tenon.modelinterface.data.BatchSize.items;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.backend.testkit.ByteTokenizer;
import dev.tenon.backend.testkit.FakeBackend;
import dev.tenon.backend.testkit.FakeNetwork;
import dev.tenon.backend.testkit.faults.WorkerLosses;
import dev.tenon.backend.testkit.objectives.ExampleObjectives;
import dev.tenon.error.EngineClosedException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.WorkerLostException;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.ModelVersion;
import dev.tenon.model.TrainingListener;
import dev.tenon.modelinterface.ModelInterface;
import dev.tenon.modelinterface.data.Batches;
import dev.tenon.modelinterface.data.PromptAnswer;
import dev.tenon.modelinterface.sft.SftInterface;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.NamedArray;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker that is lost costs the steps since the last checkpoint, and nothing else. */
class RestartTest {
  private static final ByteTokenizer BYTES = new ByteTokenizer();

  @TempDir private Path directory;

  private final Batches batches =
      PromptAnswer.of(
              IntStream.range(0, 10).mapToObj(i -> new PromptAnswer("p" + i, "a" + i)).toList(),
              BYTES)
          .batches(items(1), 3); // ten steps
  private final List<String> events = new ArrayList<>();
  private final List<Model> made = new ArrayList<>();

  /** Has a state of its own: the sum of the losses that it saw. */
  private static final class Summing implements ModelInterface {
    private final SftInterface sft = new SftInterface();
    private double sum;

    @Override
    public void save(Model model, Path directory) {
      sft.save(model, directory);
    }

    @Override
    public Metrics trainStep(Model model, NamedArray batch) {
      Metrics metrics = sft.trainStep(model, batch);
      sum += metrics.get("loss");
      return metrics;
    }

    @Override
    public Map<String, String> state() {
      return Map.of("sum", Double.toString(sum));
    }

    @Override
    public void restore(Map<String, String> state) {
      sum = Double.parseDouble(state.get("sum"));
    }
  }

  private final TrainingListener listener =
      new TrainingListener() {
        @Override
        public void onStart(Model model, long totalSteps) {
          events.add("start");
        }

        @Override
        public void onRestart(Model model, ModelVersion version, WorkerLostException lost) {
          assertThat(model).isSameAs(made.get(made.size() - 1));
          events.add("restart " + version.globalStep());
        }

        @Override
        public void onStep(ModelVersion version, Metrics metrics) {
          events.add(Long.toString(version.globalStep()));
        }

        @Override
        public void onEnd(ModelVersion version) {
          events.add("end " + version.globalStep());
        }
      };

  private Model model(WorkerLosses losses) {
    Model model =
        new FakeBackend()
            .losing(losses)
            .with(ExampleObjectives.sft())
            .initialize(
                FakeNetwork.of(258, 64).model("fake", BYTES),
                FinetuneSpec.steps(10).learningRate(1e-2));
    made.add(model);
    return model;
  }

  private FinetuneLoop.Builder loop(String name) {
    return FinetuneLoop.builder(new Summing(), batches)
        .checkpoint(directory.resolve(name), 3)
        .output(directory.resolve(name + "-out"))
        .listener(listener);
  }

  private FinetuneResult run(String name, int restarts, Long... losses) {
    WorkerLosses plan = WorkerLosses.at(losses);
    return loop(name).restarts(restarts).build().run(() -> model(plan));
  }

  private byte[] result(String name) throws IOException {
    Path state = directory.resolve(name).resolve("step-10");
    return (Files.readString(state.resolve("loop/state.json"))
            + Files.readString(state.resolve("manifest.json")))
        .getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void theFinishedRunHasTheStraightRunsBits() throws IOException {
    loop("straight").build().run(() -> model(WorkerLosses.none()));
    events.clear();
    FinetuneResult result = run("lost", 1, 2L, 9L, 13L);

    // Calls 1 and 2 were steps 1 and 2; 3 to 8 steps 1 to 6, 9 step 7; 10 to 12 steps 7 to 9, …
    assertThat(events)
        .containsExactly(
            "start",
            "1",
            "restart 0",
            "1",
            "2",
            "3",
            "4",
            "5",
            "6",
            "restart 6",
            "7",
            "8",
            "9",
            "restart 9",
            "10",
            "end 10");
    assertThat(result.version().globalStep()).isEqualTo(10);
    assertThat(result("lost")).isEqualTo(result("straight"));
    assertThat(directory.resolve("lost-out/model.safetensors"))
        .hasSameBinaryContentAs(directory.resolve("straight-out/model.safetensors"));
  }

  @Test
  void modelsAreClosedLostOrNot() {
    FinetuneResult unused = run("run", 1, 5L);
    assertThat(made).hasSize(2);
    for (Model model : made) {
      assertThatThrownBy(() -> model.trainEngine().parameters((name, tensor) -> {}))
          .isInstanceOf(EngineClosedException.class);
    }
  }

  @Test
  void withoutProgressItGivesUpAndTheCheckpointsStay() {
    assertThatThrownBy(() -> run("run", 2, 5L, 6L, 7L, 8L))
        .isInstanceOf(WorkerLostException.class)
        .hasMessage(
            "worker: lost at call 7 (expected: alive); losses in a row: 3 (expected: at most 2"
                + " restarts without a new checkpoint)");
    assertThat(made).hasSize(3);
    assertThat(events).endsWith("restart 3", "end 3");
    FinetuneResult result =
        loop("run").resumeOrStart(directory.resolve("run")).build().run(model(WorkerLosses.none()));
    assertThat(result.version().globalStep()).isEqualTo(10);
  }

  @Test
  void unaskedALossEndsTheRun() {
    WorkerLosses plan = WorkerLosses.at(5L);
    FinetuneLoop loop = loop("run").build();
    assertThatThrownBy(() -> loop.run(() -> model(plan)))
        .isInstanceOf(WorkerLostException.class)
        .hasMessage("worker: lost at call 5 (expected: alive)");
    assertThat(made).hasSize(1);
  }

  @Test
  void aRunThatWasResumedRestartsToo() throws IOException {
    loop("straight").build().run(model(WorkerLosses.none()));
    WorkerLosses first = WorkerLosses.at(5L);
    FinetuneLoop loop = loop("run").build();
    assertThatThrownBy(() -> loop.run(() -> model(first))).isInstanceOf(WorkerLostException.class);
    WorkerLosses second = WorkerLosses.at(2L);
    loop("run")
        .resumeOrStart(directory.resolve("run"))
        .restarts(1)
        .build()
        .run(() -> model(second));
    assertThat(result("run")).isEqualTo(result("straight"));
  }

  @Test
  void contradictionsAreNamed() {
    assertThatThrownBy(() -> FinetuneLoop.builder(new Summing(), batches).restarts(1).build())
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("checkpoint root: none (expected: one to keep them in)");
    assertThatThrownBy(() -> loop("run").restarts(0)).hasMessageContaining("> 0");
    FinetuneLoop loop = loop("run").restarts(1).build();
    assertThatThrownBy(() -> loop.run(model(WorkerLosses.none())))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("restarts: 1 (expected: none, or run(Supplier), which makes models)");
  }
}
