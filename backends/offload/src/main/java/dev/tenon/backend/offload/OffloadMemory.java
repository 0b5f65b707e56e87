package dev.tenon.backend.offload;

import dev.tenon.backend.pytorch.internal.engine.InferenceMemory;
import dev.tenon.backend.pytorch.internal.engine.TrainingMemory;
import dev.tenon.model.Network;
import dev.tenon.model.Parameter;
import dev.tenon.nn.internal.pass.PassMemory;
import dev.tenon.nn.script.Prelude;
import dev.tenon.spec.BatchShape;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.MemoryPlan;
import dev.tenon.spec.MemoryPlan.Remedy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The memory of {@link StreamedTraining}, in bytes, from shapes alone. What a pass takes besides
 * weights and gradients is what the backend pytorch takes with gradient checkpointing.
 *
 * @param disk whether state lies in files
 * @param view what the engine generates with
 */
record OffloadMemory(
    Network network,
    FinetuneSpec spec,
    boolean disk,
    BatchShape batch,
    Prelude view,
    long headChunkBytes) {
  /** Of {@link Update}: four worked on and then written, four read ahead. */
  private static final int PIECES = 8;

  /**
   * What a block's backward pass holds at most, of what it keeps from forward; measured: a part of
   * that is freed before the last gradients are there.
   */
  private static final double OF_BLOCK = 1.65;

  /** Compiled programs, kernels' space and what Java handles meanwhile; measured. */
  private static final long WORKING = 75_500_000;

  /** The plan with what would make it smaller. */
  MemoryPlan plan() {
    long now = plan(List.of()).trainingBytes();
    List<Remedy> remedies = new ArrayList<>();
    int rows = batch.sequencesWithin(spec.microBatchTokens());
    if (rows > 1) {
      int tokens = Math.multiplyExact((rows + 1) / 2, batch.tokens());
      remedies.add(
          remedy("microBatchTokens " + tokens, spec.microBatchTokens(tokens), disk, batch));
    }
    if (batch.tokens() > 1) {
      BatchShape shorter = new BatchShape(batch.sequences(), batch.tokens() / 2);
      remedies.add(remedy("sequences of " + shorter.tokens() + " tokens", spec, disk, shorter));
    }
    remedies.add(remedy("OffloadOptions.disk", spec, true, batch));
    remedies.removeIf(remedy -> remedy.trainingBytes() >= now);
    return plan(remedies);
  }

  private Remedy remedy(String change, FinetuneSpec changed, boolean onDisk, BatchShape shape) {
    OffloadMemory memory = new OffloadMemory(network, changed, onDisk, shape, view, headChunkBytes);
    return new Remedy(change, memory.plan(List.of()).trainingBytes());
  }

  private MemoryPlan plan(List<Remedy> remedies) {
    FinetuneSpec recomputing = spec.gradientCheckpointing(true);
    long tokens = (long) batch.sequencesWithin(spec.microBatchTokens()) * batch.tokens();
    PassMemory pass = new PassMemory(network, recomputing, tokens);
    Set<String> trained = network.trained(spec);
    Peak peak = peak(pass, trained);
    long pieces = PIECES * Float.BYTES * Update.PIECE_VALUES;
    long state = state(trained);
    return new MemoryPlan(
        peak.weights,
        peak.gradients,
        Math.max(0, pieces - peak.sum()),
        peak.activations,
        peak.logits,
        peak.weights,
        new InferenceMemory(network, view).cache(batch),
        TrainingMemory.HOST,
        WORKING,
        disk ? 0 : state,
        disk ? state : 0,
        0,
        remedies);
  }

  /** The stage on the way back at which most is held. */
  private Peak peak(PassMemory pass, Set<String> trained) {
    List<Visit> visits = Visit.training(network.program().layers());
    Peak most = new Peak(0, 0, 0, 0);
    for (int i = network.program().layers() + 1; i < visits.size(); i++) {
      Visit visit = visits.get(i);
      long next = i + 1 < visits.size() ? bytes(visits.get(i + 1), x -> true) : 0;
      Visit before = visits.get(i - 1);
      long written = before.back() ? bytes(before, x -> trained.contains(x.name())) : 0;
      boolean head = visit.stage() == Parameter.Stage.HEAD;
      // What the stage before has is written before the next one is read.
      Peak here =
          new Peak(
              bytes(visit, x -> true) + next,
              bytes(visit, x -> trained.contains(x.name())) + Math.max(0, written - next),
              activations(pass, visit.stage()),
              head ? pass.logits(headChunkBytes) : 0);
      most = here.sum() > most.sum() ? here : most;
    }
    return most;
  }

  private long activations(PassMemory pass, Parameter.Stage stage) {
    long boundaries = network.program().layers() * pass.hidden();
    return switch (stage) {
      case EMBED -> boundaries;
      case BLOCK -> boundaries + Math.round(OF_BLOCK * pass.block()) + pass.rounded();
      case HEAD -> boundaries + pass.finalNorm();
    };
  }

  private record Peak(long weights, long gradients, long activations, long logits) {
    long sum() {
      return weights + gradients + activations + logits;
    }
  }

  /** Weights in memory at once in a forward pass: a stage, what it is fused to, and the next. */
  static long streamed(Network network) {
    List<Visit> visits = Visit.forward(network.program().layers());
    long most = 0;
    for (int i = 0; i < visits.size(); i++) {
      long next = i + 1 < visits.size() ? bytes(network, visits.get(i + 1), x -> true) : 0;
      most = Math.max(most, 2 * bytes(network, visits.get(i), x -> true) + next);
    }
    return most;
  }

  private long bytes(Visit visit, Predicate<Parameter> which) {
    return bytes(network, visit, which);
  }

  private static long bytes(Network network, Visit visit, Predicate<Parameter> which) {
    return network.parameters().stream()
        .filter(visit::reads)
        .filter(which)
        .mapToLong(OffloadMemory::bytes)
        .sum();
  }

  /** Weights, and of what trains gradients and two moments. */
  private long state(Set<String> trained) {
    return network.parameters().stream()
        .mapToLong(x -> Math.multiplyExact(trained.contains(x.name()) ? 4L : 1L, bytes(x)))
        .reduce(0, Math::addExact);
  }

  private static long bytes(Parameter parameter) {
    return Math.multiplyExact((long) Float.BYTES, parameter.shape().size());
  }
}
