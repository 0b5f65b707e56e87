package dev.tenon.backend.testkit.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.backend.testkit.faults.FileFaults.Halted;
import dev.tenon.backend.testkit.faults.FileFaults.Kind;
import dev.tenon.checkpoint.CheckpointDirectory;
import dev.tenon.checkpoint.CheckpointDirectory.Checkpoint;
import dev.tenon.error.CheckpointException;
import dev.tenon.model.Model;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every operation on files of a commit of a real training state, of the removal of an older one,
 * and of a save fails once in each way; afterwards the old or the new state is there, whole, a run
 * goes on from it, and the next commit or save succeeds.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultMatrixTest {
  private static final int LEAST_POINTS = 25;

  private Path directory = Path.of("");
  private final Model model = ToyRun.model();
  private final Map<Long, Map<String, TensorData>> weights = new TreeMap<>();
  private int number;

  /** Step 1 is the old state, step 2 the new one, step 3 what follows. */
  @BeforeAll
  void threeStates(@TempDir Path shared) throws IOException {
    directory = shared;
    for (long step = 1; step <= 3; step++) {
      ToyRun.train(model, step);
      Map<String, TensorData> now = new TreeMap<>();
      model.trainEngine().parameters(now::put);
      weights.put(step, now);
      model.trainEngine().saveState(Files.createDirectory(state(step)));
    }
  }

  @AfterAll
  void close() {
    model.close();
  }

  private Path state(long step) {
    return directory.resolve("state-" + step);
  }

  private Path fresh() {
    return directory.resolve("case-" + number++);
  }

  /** The model as it was at a step. */
  private Model at(long step) {
    model.trainEngine().loadState(state(step));
    return model;
  }

  private Path rootWithStepOne() {
    Path root = fresh();
    ToyRun.commit(at(1), root);
    return root;
  }

  /** Commits step 2 and removes step 1, as a loop does that keeps one. */
  private void commitAndPrune(Path root) {
    ToyRun.commit(at(2), root);
    CheckpointDirectory.all(root).stream()
        .filter(x -> x.step() < 2)
        .forEach(CheckpointDirectory::remove);
  }

  private List<String> operationsOfACommit() {
    FileFaults count = FileFaults.none();
    Path root = rootWithStepOne();
    commitAndPrune(count.on(root));
    return count.operations();
  }

  @ParameterizedTest
  @EnumSource(value = Kind.class, mode = EnumSource.Mode.EXCLUDE, names = "READ_ONLY")
  void aCommitLeavesTheOldOrTheNewStateWhateverFails(Kind kind) {
    List<String> operations = operationsOfACommit();
    assertThat(operations).as("fault points").hasSizeGreaterThanOrEqualTo(LEAST_POINTS);
    for (int k = 0; k < operations.size(); k++) {
      Path root = rootWithStepOne();
      FileFaults fault = FileFaults.at(k, kind);
      boolean failed = fails(() -> commitAndPrune(fault.on(root)), kind);
      String point = kind + " at operation " + k + ", " + operations.get(k);
      assertThat(fault.happened()).as(point).isTrue();
      if (kind == Kind.HALT || kind == Kind.SHORT_WRITE) {
        assertThat(failed).as(point).isEqualTo(kind == Kind.HALT);
      }
      assertRecovers(root, point);
    }
  }

  private static boolean fails(Runnable action, Kind kind) {
    try {
      action.run();
      return false;
    } catch (CheckpointException e) {
      return true;
    } catch (Halted e) {
      assertThat(kind).isEqualTo(Kind.HALT);
      return true;
    }
  }

  private void assertRecovers(Path root, String point) {
    Checkpoint found = CheckpointDirectory.resume(root).orElseThrow();
    assertThat(found.step()).as(point).isIn(1L, 2L);
    model.trainEngine().loadState(found.directory());
    Map<String, TensorData> now = new TreeMap<>();
    model.trainEngine().parameters(now::put);
    assertThat(now).as(point).isEqualTo(weights.get(found.step()));
    ToyRun.train(model, 3);
    ToyRun.commit(model, root);
    assertThat(CheckpointDirectory.resume(root).orElseThrow().step()).as(point).isEqualTo(3);
    assertThat(names(root)).as(point).noneMatch(x -> x.startsWith(".step") || x.contains(".tmp-"));
  }

  private static List<String> names(Path root) {
    try (Stream<Path> files = Files.list(root)) {
      return files.map(x -> x.getFileName().toString()).toList();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @EnumSource(value = Kind.class, mode = EnumSource.Mode.EXCLUDE, names = "READ_ONLY")
  void aSaveLeavesTheOldOrTheNewModelWhateverFails(Kind kind) {
    FileFaults count = FileFaults.none();
    Path old = saved(1);
    at(2).engine().save(count.on(old));
    List<String> operations = count.operations();
    assertThat(operations).as("fault points").hasSizeGreaterThanOrEqualTo(LEAST_POINTS);
    for (int k = 0; k < operations.size(); k++) {
      Path target = saved(1);
      at(2);
      FileFaults fault = FileFaults.at(k, kind);
      boolean unused = fails(() -> model.engine().save(fault.on(target)), kind);
      String point = kind + " at operation " + k + ", " + operations.get(k);
      assertThat(fault.happened()).as(point).isTrue();
      CheckpointDirectory.recover(target);
      assertThat(weightsIn(target)).as(point).isIn(weightsOf(1), weightsOf(2));
      at(3).engine().save(target);
      assertThat(weightsIn(target)).as(point).isEqualTo(weightsOf(3));
      assertThat(names(Objects.requireNonNull(target.getParent())))
          .as(point)
          .noneMatch(x -> x.startsWith("."));
    }
  }

  private Path saved(long step) {
    Path target = fresh().resolve("model");
    at(step).engine().save(target);
    return target;
  }

  private List<Byte> weightsOf(long step) {
    return weightsIn(state(step).resolve("model"));
  }

  private static List<Byte> weightsIn(Path directory) {
    try {
      byte[] bytes = Files.readAllBytes(directory.resolve("model.safetensors"));
      Byte[] boxed = new Byte[bytes.length];
      for (int i = 0; i < bytes.length; i++) {
        boxed[i] = bytes[i];
      }
      return List.of(boxed);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aStateThatCannotBeWrittenSaysSoAndLeavesTheRootAsItWas() {
    Path root = rootWithStepOne();
    List<String> before = names(root);
    for (Kind kind : List.of(Kind.NO_SPACE, Kind.READ_ONLY)) {
      assertThatThrownBy(() -> ToyRun.commit(at(2), FileFaults.at(0, kind).on(root)))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining(kind == Kind.NO_SPACE ? "No space left on device" : "AccessDenied");
      assertThat(names(root)).hasSameElementsAs(before);
    }
  }

  @Test
  void aJvmThatHaltsThereLeavesTheSame() throws IOException, InterruptedException {
    int points = operationsOfACommit().size();
    halted(points, Math.max(1, points / 4));
  }

  @Test
  @Tag("soak")
  void aJvmThatHaltsAnywhereLeavesTheSame() throws IOException, InterruptedException {
    halted(operationsOfACommit().size(), 1);
  }

  private void halted(int points, int every) throws IOException, InterruptedException {
    for (int k = points - 1; k >= 0; k -= every) {
      Path root = rootWithStepOne();
      assertThat(Child.run(state(2), root, k)).as("exit code of the child").isEqualTo(Child.HALTED);
      assertRecovers(root, "a JVM halted at operation " + k);
    }
  }

  /** The JVM that halts. */
  static final class Child {
    static final int HALTED = 77;

    private Child() {}

    static int run(Path state, Path root, int point) throws IOException, InterruptedException {
      String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
      String classPath =
          System.getProperty("surefire.test.class.path", System.getProperty("java.class.path", ""));
      return new ProcessBuilder(
              java,
              "-Xmx128m",
              "-XX:TieredStopAtLevel=1",
              "-cp",
              classPath,
              Child.class.getName(),
              state.toString(),
              root.toString(),
              Integer.toString(point))
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    }

    private static void halt() {
      Runtime.getRuntime().halt(HALTED);
    }

    public static void main(String[] args) {
      try (Model model = ToyRun.model()) {
        model.trainEngine().loadState(Path.of(args[0]));
        Path root = FileFaults.haltAt(Long.parseLong(args[2]), Child::halt).on(Path.of(args[1]));
        ToyRun.commit(model, root);
        CheckpointDirectory.all(root).stream()
            .filter(x -> x.step() < 2)
            .forEach(CheckpointDirectory::remove);
      }
    }
  }
}
