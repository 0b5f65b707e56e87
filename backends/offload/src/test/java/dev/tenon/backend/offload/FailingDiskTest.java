package dev.tenon.backend.offload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.backend.testkit.objectives.ExampleObjectives;
import dev.tenon.error.CheckpointException;
import dev.tenon.model.Model;
import dev.tenon.model.TrainEngine;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A file that loses its end while a run trains, as one on a failing disk does. */
@EnabledOnOs(OS.LINUX)
class FailingDiskTest {
  @TempDir Path files;
  @TempDir Path good;
  @TempDir Path torn;

  /** Weights are read before anything changes. */
  @Test
  void aStepThatCannotReadChangesNothing() throws IOException {
    try (Model model = initialize()) {
      TrainEngine engine = model.trainEngine();
      step(engine, 0);
      Map<String, TensorData> before = weights(engine);
      try (FileChannel file = openFile("weights")) {
        ByteBuffer lost = cut(file, 0);
        assertThatThrownBy(() -> step(engine, 1))
            .isInstanceOf(CheckpointException.class)
            .hasMessageContaining("the file became shorter (expected: a working disk)");
        put(file, lost);
      }
      assertThat(weights(engine)).isEqualTo(before);
      step(engine, 1);
      assertThat(engine.version()).isEqualTo(2);
    }
  }

  /** Moments are read by the update alone, and a state makes good what it left behind. */
  @Test
  void anUpdateThatFailsHalfWayLeavesNothingToUseButAState() throws IOException {
    try (Model model = initialize()) {
      TrainEngine engine = model.trainEngine();
      step(engine, 0);
      engine.saveState(good);
      Map<String, TensorData> before = weights(engine);
      try (FileChannel file = openFile("second-moments")) {
        ByteBuffer lost = cut(file, file.size() / 2);
        assertThatThrownBy(() -> step(engine, 1)).isInstanceOf(CheckpointException.class);
        put(file, lost);
      }
      assertThat(engine.version()).isEqualTo(1);
      for (Runnable use :
          List.<Runnable>of(
              () -> step(engine, 1), () -> weights(engine), () -> engine.saveState(torn))) {
        assertThatThrownBy(use::run)
            .isInstanceOf(CheckpointException.class)
            .hasMessageContaining("of two steps, for an update failed");
      }
      engine.loadState(good);
      assertThat(weights(engine)).isEqualTo(before);
      step(engine, 1);
      assertThat(engine.version()).isEqualTo(2);
    }
  }

  private Model initialize() {
    return new OffloadBackend(OffloadOptions.disk(files))
        .initialize(TinyModels.wide(), FinetuneSpec.openEnded());
  }

  private static void step(TrainEngine engine, int seed) {
    assertThat(
            engine
                .trainBatch(TinyModels.batch(seed, 9, 4), ExampleObjectives.sft().text())
                .get("loss"))
        .isFinite();
  }

  private static Map<String, TensorData> weights(TrainEngine engine) {
    Map<String, TensorData> weights = new TreeMap<>();
    engine.parameters(weights::put);
    return weights;
  }

  /** Takes away what stands behind a size, and gives it back. */
  private static ByteBuffer cut(FileChannel file, long size) throws IOException {
    ByteBuffer lost = ByteBuffer.allocate((int) (file.size() - size));
    while (lost.hasRemaining()) {
      assertThat(file.read(lost, size + lost.position())).isPositive();
    }
    file.truncate(size);
    return lost.flip();
  }

  private static void put(FileChannel file, ByteBuffer lost) throws IOException {
    long size = file.size();
    while (lost.hasRemaining()) {
      file.write(lost, size + lost.position());
    }
  }

  /** The engine's file has no name of its own any more. */
  private FileChannel openFile(String name) throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      for (Path descriptor : open.filter(Files::isSymbolicLink).toList()) {
        String file = Files.readSymbolicLink(descriptor).toString();
        if (file.startsWith(files.toString()) && file.endsWith("." + name + " (deleted)")) {
          return FileChannel.open(descriptor, StandardOpenOption.READ, StandardOpenOption.WRITE);
        }
      }
    }
    throw new IOException("no open file of " + name);
  }
}
