package dev.tenon.backend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.backend.testkit.faults.FileFaults;
import dev.tenon.checkpoint.CheckpointDirectory;
import dev.tenon.error.CheckpointException;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.model.ModelBackend;
import dev.tenon.model.TrainEngine;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Tests of numbers and states that another backend has too, and of states that cannot be read or
 * written.
 */
abstract class StateTests extends ObjectiveTests {
  private static final double RATE = 1e-3;
  private static final int TOKENS = 24; // of a batch, four items of six

  /** Losses and norms of f32 sums in another order, as many steps as a test takes. */
  private static final double LOSS = 1e-4;

  private static final double NORM = 2e-4;

  /** Elements whose gradient is all but rounding may go either way, by a rate each step. */
  private static final double MOST_ELEMENTS = 1e-5;

  private static final double OTHER_ELEMENTS = 1e-2;

  private FinetuneSpec rated(int microBatches) {
    return spec().learningRate(RATE).microBatchTokens(TOKENS / microBatches);
  }

  private NamedArray fourItems(long seed) {
    Random random = new Random(seed);
    boolean[] mask = new boolean[TOKENS];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = random.nextBoolean() || i % 6 == 2;
    }
    return NamedArray.builder(Items.ofLengths(6, 6, 6, 6))
        .put(
            "input_ids", TensorData.ofLongs(random.longs(TOKENS, 0, vocabSize()).toArray(), TOKENS))
        .put("loss_mask", TensorData.ofBooleans(mask, TOKENS))
        .build();
  }

  private ModelBackend reference(boolean needed) {
    applies(needed && referenceBackend().isPresent());
    return referenceBackend().orElseThrow();
  }

  @Test
  public void agreesWithTheReferenceBackend() {
    ModelBackend reference = reference(supportsTraining());
    for (int microBatches : new int[] {1, 2, 4}) {
      assertAgrees(reference, microBatches);
    }
  }

  private void assertAgrees(ModelBackend reference, int microBatches) {
    try (Model ours = training(rated(microBatches));
        Model theirs = reference.initialize(model(), rated(1))) {
      for (int step = 0; step < 3; step++) {
        assertSameStep(ours, theirs, step);
      }
      assertSameWeights(ours.trainEngine(), theirs.trainEngine(), 3);
    }
  }

  private void assertSameStep(Model ours, Model theirs, long step) {
    Metrics found = ours.trainEngine().trainBatch(fourItems(step), SFT);
    Metrics expected = theirs.trainEngine().trainBatch(fourItems(step), SFT);
    assertThat(found.get("loss"))
        .as("loss of step %d", step)
        .isCloseTo(expected.get("loss"), within(LOSS));
    assertThat(found.get("grad_norm"))
        .as("norm of step %d", step)
        .isCloseTo(expected.get("grad_norm"), within(NORM * expected.get("grad_norm")));
  }

  private static void assertSameWeights(TrainEngine ours, TrainEngine theirs, int steps) {
    Map<String, TensorData> found = parameters(ours);
    Map<String, TensorData> expected = parameters(theirs);
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    long all = 0;
    long off = 0;
    for (Map.Entry<String, TensorData> each : expected.entrySet()) {
      assertClose(each.getKey(), tensor(found, each.getKey()), each.getValue(), 2.1 * RATE * steps);
      double[] a = tensor(found, each.getKey()).toDoubles();
      double[] b = each.getValue().toDoubles();
      for (int i = 0; i < a.length; i++) {
        all++;
        off += Math.abs(a[i] - b[i]) > MOST_ELEMENTS ? 1 : 0;
      }
    }
    assertThat(off).as("of %d elements", all).isLessThanOrEqualTo((long) (all * OTHER_ELEMENTS));
  }

  /** Ours, theirs, and ours again, against theirs alone. */
  @Test
  public void aRunMovesToTheReferenceBackendAndBack() throws IOException {
    ModelBackend reference = reference(supportsTrainingState());
    Path there = Files.createDirectory(directory.resolve("there"));
    Path back = Files.createDirectory(directory.resolve("back"));
    try (Model ours = training(rated(1));
        Model theirs = reference.initialize(model(), rated(1));
        Model straight = reference.initialize(model(), rated(1))) {
      assertSameSteps(ours, straight, 0);
      ours.trainEngine().saveState(there);
      theirs.trainEngine().loadState(there);
      assertSameSteps(theirs, straight, 2);
      theirs.trainEngine().saveState(back);
      ours.trainEngine().loadState(back);
      assertThat(ours.trainEngine().version()).isEqualTo(4);
      assertSameSteps(ours, straight, 4);
      assertSameWeights(ours.trainEngine(), straight.trainEngine(), 6);
    }
  }

  private void assertSameSteps(Model ours, Model theirs, long from) {
    assertSameStep(ours, theirs, from);
    assertSameStep(ours, theirs, from + 1);
  }

  @Test
  public void aDamagedStateIsRefusedAndAStateThatCannotBeWrittenLeavesNothing() throws IOException {
    applies(supportsTrainingState());
    Path root = directory.resolve("root");
    try (Model model = training(spec())) {
      TrainEngine engine = model.trainEngine();
      engine.trainBatch(batch(40), SFT);
      Path good = CheckpointDirectory.commit(root, 1, engine::saveState).directory();
      for (FileFaults.Kind kind :
          List.of(FileFaults.Kind.NO_SPACE, FileFaults.Kind.READ_ONLY, FileFaults.Kind.IO_ERROR)) {
        Path faulty = FileFaults.at(8, kind).on(root);
        assertThatThrownBy(() -> CheckpointDirectory.commit(faulty, 2, engine::saveState))
            .isInstanceOf(CheckpointException.class)
            .hasMessageContaining("step-2");
        assertThat(CheckpointDirectory.all(root)).hasSize(1);
      }
      engine.trainBatch(batch(41), SFT);
      Map<String, TensorData> before = parameters(engine);
      assertRefusedWithFlippedBytes(engine, good);
      assertThat(parameters(engine)).isEqualTo(before);
      assertThat(engine.version()).isEqualTo(2);
      engine.loadState(good);
      assertThat(engine.version()).isEqualTo(1);
    }
  }

  private static void assertRefusedWithFlippedBytes(TrainEngine engine, Path state)
      throws IOException {
    for (String name : List.of("optimizer.safetensors", "state.json")) {
      Path file = state.resolve(name);
      byte[] bytes = Files.readAllBytes(file);
      byte[] flipped = bytes.clone();
      flipped[flipped.length - 3] ^= 1;
      Files.write(file, flipped);
      assertThatThrownBy(() -> engine.loadState(state))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining(name);
      Files.write(file, bytes);
    }
  }
}
