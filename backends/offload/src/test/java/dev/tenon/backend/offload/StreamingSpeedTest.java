package dev.tenon.backend.offload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.backend.offload.StateStore.Vector;
import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.backend.testkit.objectives.ExampleObjectives;
import dev.tenon.model.Model;
import dev.tenon.model.ModelBackend;
import dev.tenon.model.Network;
import dev.tenon.nn.family.llama.LlamaConfig;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a step costs when its state lies in files, for a model of 82 million parameters that fits
 * the memory too; prints seconds and shares.
 */
@Tag("soak")
class StreamingSpeedTest {
  private static final int STEPS = 7;
  private static final int BUFFER = 8 << 20;

  @TempDir Path files;

  private final Model network =
      TinyModels.create(
          LlamaConfig.of(8192, 768, 2048, 12, 12).withKeyValueHeads(4).withTiedHead(true).toMap());
  private final FinetuneSpec spec =
      FinetuneSpec.openEnded().learningRate(1e-4).gradientCheckpointing(true);

  @Test
  void readsAreHiddenBehindComputing() throws IOException {
    double resident = step(new PyTorchBackend());
    double memory = step(new OffloadBackend());
    double disk = step(new OffloadBackend(OffloadOptions.disk(files)));
    Reading reading = reading();
    double hidden = 1 - (disk - resident) / reading.seconds;
    System.out.printf(
        "step: pytorch %.3f s, RAM %.3f s (%.2f), disk %.3f s (%.2f)%n"
            + "reads of a step: %.0f MB in %.3f s, %.2f GB/s; the disk's own %.2f GB/s%n"
            + "hidden reads %.0f %%%n",
        resident,
        memory,
        memory / resident,
        disk,
        disk / resident,
        reading.bytes / 1e6,
        reading.seconds,
        reading.bytes / reading.seconds / 1e9,
        sequential() / 1e9,
        100 * hidden);
    assertThat(disk).isLessThan(3 * resident);
  }

  /** Median of steps after a first one. */
  private double step(ModelBackend backend) {
    NamedArray batch = TinyModels.batch(1, 128, 128, 128, 128);
    double[] seconds = new double[STEPS];
    try (Model model = backend.initialize(network, spec)) {
      for (int i = -1; i < STEPS; i++) {
        long start = System.nanoTime();
        model.trainEngine().trainBatch(batch, ExampleObjectives.sft().text());
        seconds[Math.max(0, i)] = (System.nanoTime() - start) / 1e9;
      }
    }
    Arrays.sort(seconds);
    return seconds[STEPS / 2];
  }

  /** What a step reads, with nobody computing meanwhile. */
  private Reading reading() {
    TorchBridge bridge = TorchBridge.start();
    Network description = network.network();
    try (OffloadedRun run =
        OffloadedRun.start(bridge, description, spec, OffloadOptions.disk(files))) {
      AtomicLong bytes = new AtomicLong();
      long start = System.nanoTime();
      run.streams()
          .each(
              Visit.training(description.program().layers()),
              run::weights,
              (visit, weights, scope) ->
                  weights.values().forEach(x -> bytes.addAndGet(Float.BYTES * x.shape().size())));
      for (Layout.Piece piece : run.store().layout().pieces()) {
        for (Vector vector : Vector.values()) {
          try (NativeScope scope = bridge.scope("piece")) {
            TorchValue target = scope.empty(DType.F32, Shape.of(piece.size()));
            run.store().read(vector, piece.offset(), target);
            bytes.addAndGet(Float.BYTES * piece.size());
          }
        }
      }
      return new Reading(bytes.get(), (System.nanoTime() - start) / 1e9);
    }
  }

  /** Bytes a second of a file that is read from its beginning to its end. */
  private double sequential() throws IOException {
    Path file = files.resolve("sequential");
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    int count = 64;
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      for (int i = 0; i < count; i++) {
        buffer.clear();
        assertThat(channel.write(buffer)).isEqualTo(BUFFER);
      }
      long start = System.nanoTime();
      for (int i = 0; i < count; i++) {
        buffer.clear();
        assertThat(channel.read(buffer, (long) i * BUFFER)).isEqualTo(BUFFER);
      }
      return (double) count * BUFFER / ((System.nanoTime() - start) / 1e9);
    } finally {
      Files.delete(file);
    }
  }

  private record Reading(long bytes, double seconds) {}
}
