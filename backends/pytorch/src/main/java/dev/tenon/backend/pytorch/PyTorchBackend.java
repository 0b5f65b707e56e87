package dev.tenon.backend.pytorch;

import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.pytorch.internal.engine.HeldTraining;
import dev.tenon.backend.pytorch.internal.engine.InferenceMemory;
import dev.tenon.backend.pytorch.internal.engine.Kernels;
import dev.tenon.backend.pytorch.internal.engine.TorchInferenceEngine;
import dev.tenon.backend.pytorch.internal.engine.TorchScriptEngine;
import dev.tenon.backend.pytorch.internal.engine.TorchTrainEngine;
import dev.tenon.backend.pytorch.internal.engine.TrainingMemory;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Model;
import dev.tenon.model.ModelBackend;
import dev.tenon.model.Network;
import dev.tenon.nn.TorchScriptNetwork;
import dev.tenon.nn.script.Prelude;
import dev.tenon.spec.BatchShape;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.InferencePlan;
import dev.tenon.spec.InferenceSpec;
import dev.tenon.spec.MemoryLimit;
import dev.tenon.spec.MemoryPlan;
import dev.tenon.spec.Precision;

/**
 * Runs networks by libtorch in this JVM, on the CPU. The first call of a process loads libtorch.
 * Immutable and safe for threads; engines of one backend run side by side.
 */
public final class PyTorchBackend implements ModelBackend {
  /** The registered name. */
  public static final String NAME = "pytorch";

  /** Bytes of logits that live at once for next-token outputs. */
  private static final long HEAD_CHUNK_BYTES = 64L << 20;

  private static final BatchShape LEAST = new BatchShape(1, 1);
  private static final String CURE =
      "backend offload keeps weights in files; memoryLimit(MemoryLimit.none()) tries it anyway";

  private final long headChunkBytes;
  private final MemoryLimit limit;

  /** Creates the backend, for what the machine's memory holds; nothing is loaded yet. */
  public PyTorchBackend() {
    this(HEAD_CHUNK_BYTES);
  }

  PyTorchBackend(long headChunkBytes) {
    this(headChunkBytes, MemoryLimit.machine());
  }

  private PyTorchBackend(long headChunkBytes, MemoryLimit limit) {
    this.headChunkBytes = headChunkBytes;
    this.limit = limit;
  }

  /** The same with another limit of memory; what needs more is refused before it is loaded. */
  public PyTorchBackend memoryLimit(MemoryLimit value) {
    return new PyTorchBackend(headChunkBytes, value);
  }

  @Override
  public String name() {
    return NAME;
  }

  /** Loads libtorch. */
  @Override
  public void prepare() {
    TorchBridge.start();
  }

  @Override
  public Model initialize(Model model, FinetuneSpec spec) {
    Network network = network(model);
    if (network instanceof TorchScriptNetwork) {
      throw new UnsupportedFeatureException(
          Problems.problem("training of " + network, "a TorchScript file", "inference"));
    }
    if (network.quantized().isPresent()) {
      throw new UnsupportedFeatureException(
          Problems.problem("training of " + network, "quantized weights", "floating ones"));
    }
    // Refuses a decaying schedule without its total before anything is loaded.
    double unused = spec.scheduleFactor(0);
    limit.require(
        "training " + network.architecture(), plan(network, spec, LEAST).trainingBytes(), CURE);
    return model.withModule(trainEngine(TorchBridge.start(), network, spec));
  }

  private TorchTrainEngine trainEngine(TorchBridge bridge, Network network, FinetuneSpec spec) {
    HeldTraining held = new HeldTraining(bridge, network, spec);
    return new TorchTrainEngine(NAME, bridge, network, spec, held, headChunkBytes);
  }

  @Override
  public Model initializeForInference(Model model) {
    return initializeForInference(model, InferenceSpec.defaults());
  }

  @Override
  public Model initializeForInference(Model model, InferenceSpec spec) {
    Network network = network(model);
    if (network instanceof TorchScriptNetwork file) {
      refuseSettings(file, spec);
      return model.withModule(
          TorchScriptEngine.open(NAME, TorchBridge.start(), file, headChunkBytes));
    }
    limit.require("running " + network.architecture(), least(network, spec), CURE);
    return model.withModule(
        TorchInferenceEngine.open(NAME, TorchBridge.start(), network, spec, headChunkBytes));
  }

  private long least(Network network, InferenceSpec spec) {
    return plan(network, spec, LEAST).peakBytes();
  }

  /** What a file computes in stands in the file. */
  private static void refuseSettings(TorchScriptNetwork file, InferenceSpec spec) {
    if (spec.precision().filter(x -> x != Precision.F32).isPresent() || spec.threads() > 0) {
      throw new UnsupportedFeatureException(
          Problems.problem(
              "inference of " + file, spec, "no precision and no threads of a TorchScript file"));
    }
  }

  /**
   * The peak of the resident memory stays below 1.1 times weights, gradients, optimizer,
   * activations and logits, and the host's share. Not counted: the pages of the checkpoint's file
   * while it is read, before the gradients are there; what one element of a batch takes in Java.
   */
  @Override
  public MemoryPlan plan(Network network, FinetuneSpec spec, BatchShape batch) {
    Prelude view =
        spec.precision() == Precision.F32
            ? Prelude.F32
            : Kernels.find(TorchBridge.start(), network, spec.precision());
    return new TrainingMemory(network, spec, batch, view, headChunkBytes).planWithRemedies();
  }

  /** Of a directory's weights or of floating ones that are packed when they are opened. */
  @Override
  public InferencePlan plan(Network network, InferenceSpec spec, BatchShape batch) {
    if (network instanceof TorchScriptNetwork) {
      throw new UnsupportedFeatureException(
          Problems.problem("plan of " + network, "a TorchScript file", "a network with a text"));
    }
    Prelude prelude =
        Kernels.find(TorchBridge.start(), network, spec.resolve(network.quantization()));
    return new InferenceMemory(network, prelude).plan(batch, headChunkBytes);
  }

  private static Network network(Model model) {
    if (!model.device().type().equals("cpu")) {
      throw new UnsupportedFeatureException(
          Problems.problem("device of model " + model.name(), model.device(), "cpu"));
    }
    return model.plainNetwork();
  }
}
