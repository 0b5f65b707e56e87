package dev.tenon.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.CheckpointException;
import dev.tenon.spec.DynamicLossScaler;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Schedule;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingStateTest {
  private static final Map<String, Shape> PARAMETERS =
      new TreeMap<>(Map.of("a.weight", Shape.of(2, 3), "b.bias", Shape.of(4)));
  private static final FinetuneSpec SPEC =
      FinetuneSpec.steps(100).learningRate(1e-3).schedule(Schedule.cosine(5)).seed(1L << 60);

  @TempDir private Path directory;

  /** Tensors in memory, each filled with numbers from its own first one. */
  private record Numbers(SortedMap<String, TensorData> tensors) implements Weights {
    static Numbers from(float first) {
      SortedMap<String, TensorData> tensors = new TreeMap<>();
      PARAMETERS.forEach(
          (name, shape) -> {
            float[] values = new float[(int) shape.size()];
            for (int i = 0; i < values.length; i++) {
              values[i] = first + tensors.size() * 10 + i;
            }
            tensors.put(name, TensorData.ofFloats(values, shape.toArray()));
          });
      return new Numbers(tensors);
    }

    @Override
    public SortedSet<String> names() {
      return new TreeSet<>(tensors.keySet());
    }

    @Override
    public Info info(String name) {
      return new Info(tensors.get(name).dtype(), tensors.get(name).shape());
    }

    @Override
    public TensorData read(String name) {
      return tensors.get(name);
    }
  }

  @BeforeEach
  void writeState() throws IOException {
    directory = directory.resolve("state");
    write(directory, Numbers.from(0));
  }

  private static void write(Path target, Numbers weights) throws IOException {
    write(target, new TrainingState.Progress("Toy", 7, 2), weights);
  }

  private static void write(Path target, TrainingState.Progress progress, Numbers weights)
      throws IOException {
    Files.createDirectories(target);
    TrainingState.write(
        target,
        progress,
        SPEC,
        model -> writeTensors(model, "model", weights.tensors()),
        Numbers.from(100),
        Numbers.from(200));
  }

  private static void writeTensors(Path target, String base, Map<String, TensorData> tensors) {
    Map<String, Weights.Info> infos = new TreeMap<>();
    tensors.forEach((name, x) -> infos.put(name, new Weights.Info(x.dtype(), x.shape())));
    ShardedWriter.write(target, base, infos, Map.of(), Long.MAX_VALUE, tensors::get);
  }

  private TrainingState open() {
    return TrainingState.open(directory, "Toy", PARAMETERS);
  }

  @Test
  void readsWhatItWrote() throws IOException {
    TrainingState state = open();
    assertThat(state.progress()).isEqualTo(new TrainingState.Progress("Toy", 7, 2));
    for (String name : PARAMETERS.keySet()) {
      assertThat(state.weights().read(name)).isEqualTo(Numbers.from(0).read(name));
      assertThat(state.firstMoments().read(name)).isEqualTo(Numbers.from(100).read(name));
      assertThat(state.secondMoments().read(name)).isEqualTo(Numbers.from(200).read(name));
    }
    assertThat(state.firstMoments().names()).isEqualTo(PARAMETERS.keySet());
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(x -> x.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "manifest.json", "model", "optimizer.safetensors", "state.json");
    }
    assertThat(SafetensorsFile.open(directory.resolve("optimizer.safetensors")).names())
        .containsExactly(
            "exp_avg.a.weight", "exp_avg.b.bias", "exp_avg_sq.a.weight", "exp_avg_sq.b.bias");
  }

  @Test
  void theSameStateGivesTheSameBytes() throws IOException {
    Path again = directory.resolveSibling("again");
    write(again, Numbers.from(0));
    for (String file : new String[] {"state.json", "optimizer.safetensors"}) {
      assertThat(again.resolve(file)).hasSameBinaryContentAs(directory.resolve(file));
    }
  }

  @Test
  void namesOnlySettingsThatDiffer() {
    StateFile file = StateFile.read(directory);
    assertThat(file.changes(SPEC)).isEmpty();
    assertThat(file.changes(SPEC.seed((1L << 60) + 1).learningRate(0.01)))
        .containsExactly(
            "learning_rate 0.01 (was 0.001)", "seed 1152921504606846977 (was 1152921504606846976)");
    assertThat(file.changes(FinetuneSpec.openEnded().learningRate(1e-3).seed(1L << 60)))
        .containsExactly(
            "max_steps null (was 100)",
            "lr_scheduler_type \"constant\" (was \"cosine\")",
            "warmup_steps 0 (was 5)");
  }

  @Test
  void anotherSpellingOfANumberIsNoChange() throws IOException {
    Path file = directory.resolve("state.json");
    Files.writeString(file, Files.readString(file).replace("rate\": 0.001,", "rate\": 1.00e-03,"));
    assertThat(Files.readString(file)).contains("1.00e-03");
    assertThat(StateFile.read(directory).changes(SPEC)).isEmpty();
  }

  @Test
  void allProblemsComeInOneMessage() throws IOException {
    Files.delete(directory.resolve("state.json"));
    Files.delete(directory.resolve("model/model.safetensors"));
    Map<String, TensorData> moments = new TreeMap<>();
    moments.put("exp_avg.a.weight", TensorData.ofFloats(new float[6], 3, 2));
    moments.put("exp_avg.b.bias", TensorData.ofFloats(new float[4], 4).to(DType.BF16));
    moments.put("exp_avg_sq.b.bias", TensorData.ofFloats(new float[4], 4));
    moments.put("exp_avg.c", TensorData.ofFloats(new float[1], 1));
    Files.delete(directory.resolve("optimizer.safetensors"));
    writeTensors(directory, "optimizer", moments);

    assertThatThrownBy(this::open)
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(directory + ": ")
        .hasMessageContaining("state.json: missing (expected: a file at ")
        .hasMessageContaining("neither model.safetensors nor model.safetensors.index.json")
        .hasMessageContaining(
            "optimizer tensor exp_avg.a.weight: F32 [3, 2] (expected: F32 [2, 3])")
        .hasMessageContaining("optimizer tensor exp_avg.b.bias: BF16 [4] (expected: F32 [4])")
        .hasMessageContaining("optimizer tensor exp_avg_sq.a.weight: missing")
        .hasMessageContaining(
            "optimizer tensor exp_avg.c: unknown (expected: the parameters of the network alone)");
  }

  @Test
  void theScalerOfTheLossComesBackAsItWas() throws IOException {
    DynamicLossScaler.State scaler = new DynamicLossScaler.State(0.1, 9, 8, 1);
    TrainingState.Progress progress = new TrainingState.Progress("Toy", 7, 0, Optional.of(scaler));
    directory = directory.resolveSibling("scaled");
    write(directory, progress, Numbers.from(0));
    assertThat(open().progress()).isEqualTo(progress);

    Path file = directory.resolve("state.json");
    String text = Files.readString(file);
    Files.writeString(file, text.replace("\"last_overflow\": 8", "\"last_overflow\": 9"));
    assertThatThrownBy(this::open).hasMessageContaining("scaler.last_overflow: 9");
  }

  @Test
  void anotherArchitectureIsNamed() {
    assertThatThrownBy(() -> TrainingState.open(directory, "Other", PARAMETERS))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(directory + ": architecture: Toy (expected: Other)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"version\": 1, | \"version\": 2, | $.version: 2",
        "tenon-training-state | pickle | $.format: \"pickle\"",
        "\"step\": 7 | \"step\": -1 | step: -1",
        "\"step\": 7 | \"step\": 1.5 | $.step: 1.5",
        "\"skipped_in_a_row\": 2 | \"skipped_in_a_row\": 4294967297 | skipped_in_a_row",
        "\"scaler\": null | \"scaler\": {} | $.scaler.scale: missing",
        "\"scaler\": null | \"scaler\": 4096 | $.scaler: 4096",
        "\"training\": | \"trained\": | $.training: missing",
      })
  void aStateFileThatWeDidNotWriteIsRefused(String old, String replaced, String message)
      throws IOException {
    Path file = directory.resolve("state.json");
    String text = Files.readString(file);
    assertThat(text).contains(old);
    Files.writeString(file, text.replace(old, replaced));
    assertThatThrownBy(this::open)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message);
  }

  @Test
  void everyCutOfTheOptimizerIsRefused() throws IOException {
    Path file = directory.resolve("optimizer.safetensors");
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length += 7) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(this::open).isInstanceOf(CheckpointException.class);
    }
    Files.write(file, Arrays.copyOf(whole, whole.length + 1));
    assertThatThrownBy(this::open).hasMessageContaining("1 more bytes");
  }

  @Test
  void aDirectoryInUseIsRefused() {
    assertThatThrownBy(() -> write(directory, Numbers.from(0)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("(expected: an empty directory)");
  }
}
