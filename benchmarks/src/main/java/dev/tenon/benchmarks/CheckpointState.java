package dev.tenon.benchmarks;

import dev.tenon.checkpoint.Weights;
import dev.tenon.model.Network;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A checkpoint on the disk, its file in the page cache, and its tensors in memory. */
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // JMH calls write before all else.
public class CheckpointState {
  /** The network. */
  @Param({"S0", "S1"})
  public ModelShape shape;

  Path directory;
  final Map<String, TensorData> tensors = new TreeMap<>();
  final Map<String, Weights.Info> infos = new TreeMap<>();

  /** Writes the checkpoint. */
  @Setup(Level.Trial)
  public void write() throws IOException {
    Network network = shape.create(Files.createTempDirectory("tenon-benchmark")).network();
    directory = Files.createTempDirectory("tenon-benchmark");
    Weights weights = network.weights();
    for (String name : weights.names()) {
      tensors.put(name, weights.read(name));
      infos.put(name, weights.info(name));
    }
    network.save(directory, weights);
  }

  Path file() {
    return directory.resolve("model.safetensors");
  }
}
