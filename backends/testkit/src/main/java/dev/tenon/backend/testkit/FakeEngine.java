package dev.tenon.backend.testkit;

import dev.tenon.checkpoint.CheckpointDirectory;
import dev.tenon.checkpoint.Weights;
import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.generation.GenerationSession;
import dev.tenon.generation.SessionLimits;
import dev.tenon.internal.CallGuard;
import dev.tenon.internal.Problems;
import dev.tenon.model.Engine;
import dev.tenon.model.Head;
import dev.tenon.model.Metrics;
import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.objective.Objective;
import dev.tenon.objective.TextObjective;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.NamedArray;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A {@link FakeNetwork} that runs in plain Java. Made by {@link FakeBackend}; a test may ask it
 * which batches it was given and whether it was closed. Any thread may call it, one at a time.
 */
public class FakeEngine implements Engine {
  private static final Set<Output> CAUSAL_LM =
      EnumSet.of(Output.LOGITS, Output.TOKEN_LOGPROBS, Output.ENTROPY, Output.HIDDEN);
  private static final Set<Output> VALUE = EnumSet.of(Output.VALUES, Output.SCORES, Output.HIDDEN);
  private static final Set<Output> CLASSIFICATION = EnumSet.of(Output.CLASS_LOGITS, Output.HIDDEN);
  private static final Set<Output> EMBEDDING = EnumSet.of(Output.POOLED, Output.HIDDEN);

  final CallGuard guard;
  final FakeParameters weights;
  final FakeBackend backend;
  private final FakeNetwork network;
  private final int microBatchTokens;
  private final List<NamedArray> seen = new ArrayList<>();
  private final List<FakeSession> sessions = new ArrayList<>();
  private volatile boolean closed;

  FakeEngine(FakeBackend backend, FakeNetwork network, int microBatchTokens) {
    this.backend = backend;
    this.network = network;
    this.microBatchTokens = microBatchTokens;
    this.guard = new CallGuard("engine of " + network.architecture());
    this.weights = FakeParameters.load(network);
  }

  /** Every batch that came to {@code trainBatch} or {@code evalBatch}, in order. */
  public final List<NamedArray> seen() {
    return List.copyOf(seen);
  }

  /** Whether {@link #close} was called. */
  public final boolean isClosed() {
    return closed;
  }

  @Override
  public final FakeNetwork network() {
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
      refuseUnknown(request);
      return new FakePass(network, weights, batch, request).outputs();
    }
  }

  private void refuseUnknown(OutputRequest request) {
    Set<Output> known =
        switch (network.head()) {
          case VALUE -> VALUE;
          case SEQUENCE_CLASSIFICATION -> CLASSIFICATION;
          case POOLED_EMBEDDING -> EMBEDDING;
          default -> CAUSAL_LM;
        };
    Set<Output> missing = EnumSet.copyOf(request.outputs());
    missing.removeAll(known);
    if (!missing.isEmpty()) {
      throw new UnsupportedFeatureException(
          Problems.problem(
              "outputs of a " + network.head() + " network", missing, "some of " + known));
    }
  }

  @Override
  public final Metrics evalBatch(NamedArray batch, Objective objective) {
    try (CallGuard.Pass pass = guard.enter()) {
      RunningObjective running = check(batch, objective);
      seen.add(batch);
      return compute(batch, running, FakeParameters.zeros(network));
    }
  }

  /** Notes a batch for {@link #seen}. */
  final void see(NamedArray batch) {
    seen.add(batch);
  }

  /** Refuses what cannot run. */
  final RunningObjective check(NamedArray batch, Objective objective) {
    network.check(batch);
    if (objective instanceof TextObjective text) {
      text.check(batch);
    }
    refuseUnknown(objective.outputs());
    return backend.running(objective);
  }

  /**
   * Runs an objective over all micro-batches.
   *
   * @param into receives the gradients of Σ, not yet divided by the weight
   * @return {@code loss} (Σ / weight), {@code weight} and the other sums
   */
  final Metrics compute(NamedArray batch, RunningObjective objective, FakeParameters into) {
    FakeSums sums = new FakeSums(objective.name());
    int budget = objective.whole() ? Integer.MAX_VALUE : microBatchTokens;
    for (List<Integer> items : batch.items().withinPadded(budget)) {
      NamedArray part = items.size() == batch.items().count() ? batch : batch.select(items);
      FakePass pass = new FakePass(network, weights, part, objective.outputs());
      var loss = objective.compute(pass.outputs(), part);
      pass.backward(loss.gradients(), into);
      sums.add(loss);
    }
    return sums.metrics();
  }

  @Override
  public final GenerationSession openSession(SessionLimits limits) {
    try (CallGuard.Pass pass = guard.enter()) {
      if (network.head() != Head.CAUSAL_LM) {
        throw new UnsupportedFeatureException(
            Problems.problem("head of a session", network.head(), Head.CAUSAL_LM.name()));
      }
      FakeSession session = new FakeSession(network, weights, guard, limits, sessions::remove);
      sessions.add(session);
      return session;
    }
  }

  /** Refuses to change weights that sessions read. */
  final void refuseOpenSessions() {
    if (!sessions.isEmpty()) {
      throw new InvalidInputException(
          Problems.problem("open sessions", sessions.size(), "none while weights change"));
    }
  }

  @Override
  public final void save(Path directory) {
    try (CallGuard.Pass pass = guard.enter()) {
      refuseSource(directory);
      CheckpointDirectory.write(
          directory, temporary -> network.save(temporary, weights.toWeights()));
    }
  }

  private void refuseSource(Path directory) {
    Path target = directory.toAbsolutePath().normalize();
    Weights source = network.weights();
    boolean ownSource =
        source.names().stream()
            .flatMap(name -> source.region(name).stream())
            .anyMatch(x -> target.equals(x.file().toAbsolutePath().normalize().getParent()));
    if (ownSource) {
      throw new CheckpointException(
          Problems.problem(
              "save to", directory, "another directory than the one it was opened from"));
    }
  }

  @Override
  public final void close() {
    guard.close(
        () -> {
          closed = true;
          List.copyOf(sessions).forEach(FakeSession::release);
          sessions.clear();
        });
  }

  /** Kind of engine and network. */
  @Override
  public final String toString() {
    return getClass().getSimpleName() + "(" + network + ")";
  }
}
