package dev.tenon.benchmarks;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.model.Engine;
import dev.tenon.model.Model;
import dev.tenon.spec.InferenceSpec;
import dev.tenon.spec.Precision;
import java.io.IOException;
import java.nio.file.Files;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** An engine for inference with random weights. */
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // JMH calls open before all else.
public class InferenceState {
  /** The network. */
  @Param({"S0", "S1"})
  public ModelShape shape;

  /** In what it computes. */
  @Param({"F32", "BF16", "INT8", "INT4"})
  public Precision precision;

  private Model model;

  /** Opens the engine. */
  @Setup(Level.Trial)
  public void open() throws IOException {
    Model network = shape.create(Files.createTempDirectory("tenon-benchmark"));
    model =
        new PyTorchBackend()
            .initializeForInference(network, InferenceSpec.defaults().precision(precision));
  }

  Engine engine() {
    return model.engine();
  }

  /** Closes the engine. */
  @TearDown(Level.Trial)
  public void close() {
    model.close();
  }
}
