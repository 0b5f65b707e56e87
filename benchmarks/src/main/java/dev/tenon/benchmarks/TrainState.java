package dev.tenon.benchmarks;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.modelinterface.sft.SftInterface;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Precision;
import dev.tenon.tensor.NamedArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** An engine for training with random weights, and a batch. */
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // JMH calls open before all else.
public class TrainState {
  /** The network. */
  @Param({"S0", "S1"})
  public ModelShape shape;

  /** In what it computes; the weights are F32. */
  @Param({"F32", "BF16"})
  public Precision precision;

  private Model model;
  private NamedArray batch;
  private NamedArray ragged;

  /** Opens the engine. */
  @Setup(Level.Trial)
  public void open() throws IOException {
    Path checkpoint = shape.checkpoint(Files.createTempDirectory("tenon-benchmark"));
    Model network = trained(ModelShape.open(checkpoint));
    model = new PyTorchBackend().initialize(network, FinetuneSpec.openEnded().precision(precision));
    batch = RandomBatches.batch(1, shape.trainRows, shape.trainTokens, shape.config.vocabSize());
    ragged = RaggedText.batches(RaggedText.file(checkpoint), 1).get(0);
  }

  Model trained(Model network) {
    return network;
  }

  Metrics step() {
    return new SftInterface().trainStep(model, batch);
  }

  Metrics raggedStep() {
    return new SftInterface().trainStep(model, ragged);
  }

  /** Closes the engine. */
  @TearDown(Level.Trial)
  public void close() {
    model.close();
  }
}
