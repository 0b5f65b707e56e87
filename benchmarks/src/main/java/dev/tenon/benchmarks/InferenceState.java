package dev.tenon.benchmarks;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.model.Engine;
import dev.tenon.model.Model;
import dev.tenon.spec.InferenceSpec;
import dev.tenon.spec.Precision;
import dev.tenon.tensor.Device;
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

  /** Where: cpu, or cuda:0 and the like. A step ends when its token is on the host. */
  @Param("cpu")
  public String device;

  private Model model;

  /** Opens the engine; says "no GPU" where there is none. */
  @Setup(Level.Trial)
  public void open() throws IOException {
    Device where = Device.parse(device);
    Model network = shape.create(Files.createTempDirectory("tenon-benchmark"), where);
    try {
      model =
          new PyTorchBackend()
              .initializeForInference(network, InferenceSpec.defaults().precision(precision));
    } catch (UnsupportedFeatureException e) {
      String reason = where.equals(Device.cpu()) ? "" : "no GPU: ";
      throw new IllegalStateException(reason + e.getMessage(), e);
    }
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
