package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.checkpoint.CheckpointDirectory;
import dev.tenon.checkpoint.QuantizedWeights;
import dev.tenon.checkpoint.Weights;
import dev.tenon.error.CheckpointException;
import dev.tenon.generation.GenerationSession;
import dev.tenon.generation.SessionLimits;
import dev.tenon.internal.CallGuard;
import dev.tenon.internal.Problems;
import dev.tenon.model.Engine;
import dev.tenon.model.Metrics;
import dev.tenon.model.Network;
import dev.tenon.model.OutputRequest;
import dev.tenon.nn.internal.pass.BatchParts;
import dev.tenon.nn.internal.pass.DropoutSeeds;
import dev.tenon.nn.internal.pass.OutputPlan;
import dev.tenon.nn.internal.session.OpenSessions;
import dev.tenon.nn.internal.session.SessionRows;
import dev.tenon.objective.Objective;
import dev.tenon.spec.Precision;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.NamedArray;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the engines for inference and for training share: batches in, outputs out, one thread at a
 * time.
 */
public abstract class TorchEngine implements Engine {
  final TorchBridge bridge;
  final CallGuard guard;
  final OpenSessions sessions;
  private final String backend;
  private final Network network;
  private final Precision precision;
  private final int microBatchTokens;
  private final long headChunkBytes;
  private final Objectives objectives;

  TorchEngine(
      String backend,
      TorchBridge bridge,
      Network network,
      Precision precision,
      int microBatchTokens,
      long headChunkBytes) {
    this.backend = backend;
    this.bridge = bridge;
    this.network = network;
    this.precision = precision;
    this.microBatchTokens = microBatchTokens;
    this.headChunkBytes = headChunkBytes;
    this.objectives = new Objectives(bridge, this::outputs);
    this.guard = new CallGuard("engine of " + network.architecture());
    this.sessions = new OpenSessions(network, guard);
  }

  /** Runs one micro-batch without gradients. */
  abstract TorchValue forward(MicroBatch batch, NativeScope scope);

  /** Whether passes get sequences of different lengths in one row. */
  boolean packed() {
    return false;
  }

  /** New rows for a session. */
  abstract SessionRows sessionRows();

  /** What {@link #save} writes. */
  abstract Weights weights();

  /** How the weights came about. */
  RunRecord record() {
    return new RunRecord(backend, network);
  }

  /** Releases what the subclass owns. */
  abstract void release();

  @Override
  public final Network network() {
    return network;
  }

  @Override
  public final Device device() {
    return Device.cpu();
  }

  @Override
  public final NamedArray forward(NamedArray batch, OutputRequest request) {
    try (CallGuard.Pass pass = guard.enter()) {
      network.check(batch);
      return outputs(batch, request);
    }
  }

  /** Outputs of a batch without gradients and with dropout off. */
  private NamedArray outputs(NamedArray batch, OutputRequest request) {
    return outputs(batch, BatchParts.within(batch, microBatchTokens), request, DropoutSeeds.OFF);
  }

  /** Outputs of a batch without gradients, in the order of its items. */
  final NamedArray outputs(
      NamedArray batch, List<NamedArray> parts, OutputRequest request, DropoutSeeds seeds) {
    OutputPlan plan = OutputPlan.of(network, request);
    List<NamedArray> results = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      try (NativeScope scope = bridge.scope("forward")) {
        MicroBatch micro = new MicroBatch(parts.get(i), plan, packed(), seeds.of(i), scope);
        results.add(micro.outputs(forward(micro, scope), request));
      }
    }
    return BatchParts.together(results, batch);
  }

  @Override
  public final Metrics evalBatch(NamedArray batch, Objective objective) {
    try (CallGuard.Pass pass = guard.enter()) {
      List<NamedArray> parts = checkedMicroBatches(batch);
      BatchLoss loss = start(objective, batch, parts, DropoutSeeds.OFF);
      OutputPlan plan = OutputPlan.of(network, objective.outputs());
      for (NamedArray part : loss.complete() ? List.<NamedArray>of() : parts) {
        try (NativeScope scope = bridge.scope("evalBatch")) {
          MicroBatch micro = new MicroBatch(part, plan, packed(), OptionalLong.empty(), scope);
          loss.add(part, forward(micro, scope), scope);
        }
      }
      return loss.metrics();
    }
  }

  /** Refuses what cannot run, and compiles the objective. */
  final BatchLoss start(
      Objective objective, NamedArray batch, List<NamedArray> parts, DropoutSeeds seeds) {
    return objectives.start(
        objective, batch, parts, () -> outputs(batch, parts, objective.outputs(), seeds));
  }

  /** The micro-batches of a batch that the network can run. */
  final List<NamedArray> checkedMicroBatches(NamedArray batch) {
    network.check(batch);
    return BatchParts.within(batch, microBatchTokens);
  }

  /** Rows of logits that live at once, an {@code int}. */
  final TorchValue chunk(NativeScope scope) {
    return scope.integer(Math.max(1, headChunkBytes / (4L * network.vocabSize())));
  }

  @Override
  public final GenerationSession openSession(SessionLimits limits) {
    try (CallGuard.Pass pass = guard.enter()) {
      return sessions.open(this::sessionRows, limits);
    }
  }

  @Override
  public final void save(Path directory) {
    try (CallGuard.Pass pass = guard.enter()) {
      refuseSource(directory);
      CheckpointDirectory.write(directory, temporary -> write(temporary));
    }
  }

  /** Writes everything into a new directory. */
  void write(Path directory) throws IOException {
    network.save(directory, weights());
    record().write(directory);
  }

  final Precision precision() {
    return precision;
  }

  /** Replacing a file that is mapped would change or lose the weights that are read from it. */
  private void refuseSource(Path directory) {
    Path target = directory.toAbsolutePath().normalize();
    Weights mapped = network.quantized().map(QuantizedWeights::tensors).orElseGet(network::weights);
    for (String name : mapped.names()) {
      Optional<Path> source = mapped.region(name).map(x -> x.file().toAbsolutePath());
      if (source.filter(file -> target.equals(file.normalize().getParent())).isPresent()) {
        throw new CheckpointException(
            Problems.problem(
                "save to", directory, "another directory than the one it was opened from"));
      }
    }
  }

  @Override
  public final void close() {
    guard.close(
        () -> {
          sessions.release();
          objectives.close();
          release();
        });
  }

  /** Architecture, precision and kind of engine. */
  @Override
  public String toString() {
    String kind = getClass().getSimpleName();
    return kind + "(" + network.architecture() + ", " + precision.label() + ")";
  }
}
