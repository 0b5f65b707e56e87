package dev.tenon.backend.sharded;

import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Model;
import dev.tenon.model.ModelBackend;
import dev.tenon.model.Network;
import dev.tenon.nn.TorchScriptNetwork;
import dev.tenon.spec.BatchShape;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.InferencePlan;
import dev.tenon.spec.InferenceSpec;
import dev.tenon.spec.MemoryLimit;
import dev.tenon.spec.MemoryPlan;
import dev.tenon.spec.Precision;
import dev.tenon.tensor.Device;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Runs networks on several ranks: Python processes that this one starts, each with the same program
 * text as the other backends, sharded by DeepSpeed or FSDP2. Linux only; on the CPU, or with one
 * GPU a rank (NCCL; untested). Immutable and safe for threads; engines of one backend run side by
 * side, each with ranks of its own.
 */
public final class ShardedBackend implements ModelBackend {
  /** The registered name. */
  public static final String NAME = "sharded";

  /** Bytes of logits that live at once for next-token outputs. */
  private static final long HEAD_CHUNK_BYTES = 64L << 20;

  private static final BatchShape LEAST = new BatchShape(1, 1);
  private static final String CURE =
      "fewer ranks or more hosts; memoryLimit(MemoryLimit.none()) tries it anyway";

  private final ShardedOptions options;
  private final long headChunkBytes;
  private final MemoryLimit limit;

  /** One rank, DeepSpeed's ZeRO stage 2. */
  public ShardedBackend() {
    this(ShardedOptions.ranks(1));
  }

  /** Ranks and library as the options say; nothing is started yet. */
  public ShardedBackend(ShardedOptions options) {
    this(options, HEAD_CHUNK_BYTES, MemoryLimit.machine());
  }

  ShardedBackend(ShardedOptions options, long headChunkBytes, MemoryLimit limit) {
    this.options = options;
    this.headChunkBytes = headChunkBytes;
    this.limit = limit;
  }

  /**
   * The same with another limit for all ranks of this host together; what needs more is refused
   * before anything is started.
   */
  public ShardedBackend memoryLimit(MemoryLimit value) {
    return new ShardedBackend(options, headChunkBytes, value);
  }

  @Override
  public String name() {
    return NAME;
  }

  /** The options. */
  public ShardedOptions options() {
    return options;
  }

  /**
   * Starts ranks that train.
   *
   * @throws UnsupportedFeatureException also if this is not Linux, or Python or one of its packages
   *     is missing; the message says which
   */
  @Override
  public Model initialize(Model model, FinetuneSpec spec) {
    Network network = network(model);
    if (spec.precision() == Precision.F16) {
      throw new UnsupportedFeatureException(
          Problems.problem("precision of backend sharded", spec.precision(), "F32 or BF16"));
    }
    // Refuses a decaying schedule without its total before anything is started.
    double unused = spec.scheduleFactor(0);
    require("training", network, memory(network).plan(spec, LEAST).trainingBytes());
    Ranks ranks = start(network, model.device(), Optional.of(spec), spec.precision());
    return model.withModule(new ShardedTrainEngine(ranks, network, options, spec));
  }

  @Override
  public Model initializeForInference(Model model) {
    Network network = network(model);
    require("inference of", network, memory(network).plan(LEAST).peakBytes());
    Ranks ranks = start(network, model.device(), Optional.empty(), Precision.F32);
    return model.withModule(
        new ShardedEngine(ranks, network, options, FinetuneSpec.DEFAULT_MICRO_BATCH_TOKENS));
  }

  /**
   * Of each rank. What ranks hold of weights, gradients and moments stays within 15 % of it; of
   * what a pass works on it is a bound.
   */
  @Override
  public MemoryPlan plan(Network network, FinetuneSpec spec, BatchShape batch) {
    return memory(network).planWithRemedies(spec, batch);
  }

  /** Of each rank, in F32. */
  @Override
  public InferencePlan plan(Network network, InferenceSpec spec, BatchShape batch) {
    return memory(network).plan(batch);
  }

  private RankMemory memory(Network network) {
    return new RankMemory(network, options, headChunkBytes);
  }

  private void require(String what, Network network, long bytesOfRank) {
    limit.require(
        what + " " + network.architecture() + " on " + options.ranksHere() + " ranks",
        Math.multiplyExact(bytesOfRank, options.ranksHere()),
        CURE);
  }

  private Ranks start(
      Network network, Device device, Optional<FinetuneSpec> spec, Precision precision) {
    PythonRuntime runtime = PythonRuntime.find(options.python());
    Path python = runtime.require(options.engine());
    Map<String, String> operators = options.operators() ? runtime.operators(options) : Map.of();
    WorkDirectory directory = WorkDirectory.create();
    Optional<WorkerTransport> transport = Optional.empty();
    try {
      ShardedOptions here =
          options.nvme().map(x -> options.nvme(directory.below(x))).orElse(options);
      Part request =
          new RankSetup(network, here, spec, directory).request(device, precision, headChunkBytes);
      transport = Optional.of(DjlTransport.start(python, directory.worker(), longest()));
      Ranks ranks = new Ranks(transport.get(), directory, options, device, operators);
      List<Reply> unused = ranks.callAll(Verb.INIT, request);
      return ranks;
    } catch (RuntimeException | Error e) {
      transport.ifPresent(WorkerTransport::close);
      directory.close();
      throw e;
    }
  }

  /** Of any call, with time for the supervisor to tell that its own deadline has passed. */
  private Duration longest() {
    Duration start = options.startDeadline();
    Duration call = options.callDeadline();
    return (start.compareTo(call) > 0 ? start : call).plusSeconds(30);
  }

  private static Network network(Model model) {
    if (!System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux")) {
      throw new UnsupportedFeatureException(
          Problems.problem("backend sharded on", System.getProperty("os.name"), "Linux"));
    }
    if (model.device().index() != 0) {
      throw new UnsupportedFeatureException(
          Problems.problem(
              "device of model " + model.name(),
              model.device(),
              "cpu, or cuda: each rank has the GPU of its number on its host"));
    }
    Network network = model.plainNetwork();
    if (network instanceof TorchScriptNetwork || network.quantized().isPresent()) {
      throw new UnsupportedFeatureException(
          Problems.problem("backend sharded with", network, "a network of floating weights"));
    }
    return network;
  }
}
