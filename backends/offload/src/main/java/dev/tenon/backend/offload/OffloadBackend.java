package dev.tenon.backend.offload;

import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.pytorch.internal.engine.InferenceMemory;
import dev.tenon.backend.pytorch.internal.engine.Kernels;
import dev.tenon.backend.pytorch.internal.engine.TorchInferenceEngine;
import dev.tenon.backend.pytorch.internal.engine.TorchTrainEngine;
import dev.tenon.error.InvalidInputException;
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
import java.util.Set;

/**
 * Runs networks by libtorch in this JVM, a stage at a time: weights, gradients and moments live in
 * RAM or in files, and what libtorch works on is a copy of one stage while the next is read. The
 * first call of a process loads libtorch. Immutable and safe for threads; engines of one backend
 * run side by side.
 */
public final class OffloadBackend implements ModelBackend {
  /** The registered name. */
  public static final String NAME = "offload";

  /** Bytes of logits that live at once for next-token outputs. */
  private static final long HEAD_CHUNK_BYTES = 64L << 20;

  private static final Set<Precision> PRECISIONS =
      Set.of(Precision.F32, Precision.BF16, Precision.F16);

  private static final BatchShape LEAST = new BatchShape(1, 1);
  private static final String CURE =
      "OffloadOptions.disk keeps state in files; memoryLimit(MemoryLimit.none()) tries it anyway";

  private final OffloadOptions options;
  private final MemoryLimit limit;

  /** In RAM. */
  public OffloadBackend() {
    this(OffloadOptions.ram());
  }

  /** Where the options say, for what the machine's memory holds; nothing is allocated yet. */
  public OffloadBackend(OffloadOptions options) {
    this(options, MemoryLimit.machine());
  }

  private OffloadBackend(OffloadOptions options, MemoryLimit limit) {
    this.options = options;
    this.limit = limit;
  }

  /** The same with another limit of memory; what needs more is refused before it is loaded. */
  public OffloadBackend memoryLimit(MemoryLimit value) {
    return new OffloadBackend(options, value);
  }

  @Override
  public String name() {
    return NAME;
  }

  /** Where state lives. */
  public OffloadOptions options() {
    return options;
  }

  /** Loads libtorch. */
  @Override
  public void prepare() {
    TorchBridge.start();
  }

  /**
   * Copies the weights to where they live, and makes room for gradients and moments. From then on
   * the process gives memory back to the system as soon as it is free, where the C library is
   * glibc.
   *
   * @throws InvalidInputException also if the directory is missing or cannot be written
   * @throws dev.tenon.error.InsufficientMemoryException if the disk is full
   */
  @Override
  public Model initialize(Model model, FinetuneSpec spec) {
    Network network = network(model);
    // Refuses a decaying schedule without its total before anything is loaded.
    double unused = spec.scheduleFactor(0);
    limit.require(
        "training " + network.architecture(), plan(network, spec, LEAST).trainingBytes(), CURE);
    TorchBridge bridge = TorchBridge.start();
    bridge.giveBackFreedMemory();
    OffloadedRun run = OffloadedRun.start(bridge, network, spec, options);
    return model.withModule(
        new TorchTrainEngine(
            NAME, bridge, network, spec, new StreamedTraining(run), HEAD_CHUNK_BYTES));
  }

  @Override
  public Model initializeForInference(Model model) {
    return initializeForInference(model, InferenceSpec.defaults());
  }

  /** With the weights where they are, in the files of the checkpoint if it has some. */
  @Override
  public Model initializeForInference(Model model, InferenceSpec spec) {
    Network network = network(model);
    Precision precision = precision(network, spec);
    limit.require(
        "running " + network.architecture(), plan(network, spec, LEAST).peakBytes(), CURE);
    TorchBridge bridge = TorchBridge.start();
    return model.withModule(
        new TorchInferenceEngine(
            NAME,
            bridge,
            network,
            precision,
            StreamedModel.open(
                bridge, network, Kernels.find(bridge, network, precision), spec.threads()),
            HEAD_CHUNK_BYTES));
  }

  /**
   * What libtorch holds at once, and what waits in RAM or in files. Weights and gradients are those
   * of two neighbouring stages; the optimizer's part is what its pieces take beyond a pass.
   */
  @Override
  public MemoryPlan plan(Network network, FinetuneSpec spec, BatchShape batch) {
    Prelude view =
        spec.precision() == Precision.F32
            ? Prelude.F32
            : Kernels.find(TorchBridge.start(), network, spec.precision());
    boolean disk = options.directory().isPresent();
    return new OffloadMemory(network, spec, disk, batch, view, HEAD_CHUNK_BYTES).plan();
  }

  /** Weights are those of two neighbouring stages, and what one of them is fused to. */
  @Override
  public InferencePlan plan(Network network, InferenceSpec spec, BatchShape batch) {
    Prelude prelude = Kernels.find(TorchBridge.start(), network, precision(network, spec));
    InferencePlan held = new InferenceMemory(network, prelude).plan(batch, HEAD_CHUNK_BYTES);
    return new InferencePlan(
        OffloadMemory.streamed(network),
        held.cache(),
        held.activations(),
        held.logits(),
        held.host(),
        held.scratch());
  }

  private static Precision precision(Network network, InferenceSpec spec) {
    Precision precision = spec.resolve(network.quantization());
    if (!PRECISIONS.contains(precision)) {
      throw new UnsupportedFeatureException(
          Problems.problem("precision of backend offload", precision, "F32, BF16 or F16"));
    }
    return precision;
  }

  private static Network network(Model model) {
    if (!model.device().type().equals("cpu")) {
      throw new UnsupportedFeatureException(
          Problems.problem("device of model " + model.name(), model.device(), "cpu"));
    }
    Network network = model.plainNetwork();
    if (network instanceof TorchScriptNetwork || network.quantized().isPresent()) {
      throw new UnsupportedFeatureException(
          Problems.problem("backend offload with", network, "a network of floating weights"));
    }
    return network;
  }
}
