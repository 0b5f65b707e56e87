package dev.tenon.backend.offload;

import dev.tenon.backend.pytorch.internal.engine.TrainingMemory;
import dev.tenon.model.Network;
import dev.tenon.model.Parameter;
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
  /** Of {@link Update}: four worked on, four read ahead, three being written. */
  private static final int PIECES = 11;

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
    MemoryPlan pass =
        new TrainingMemory(network, spec.gradientCheckpointing(true), batch, view, headChunkBytes)
            .plan();
    Set<String> trained = network.trained(spec);
    long weights = atOnce(x -> true);
    long gradients = atOnce(x -> trained.contains(x.name()));
    long pieces = PIECES * Float.BYTES * Update.PIECE_VALUES;
    long meanwhile = weights + gradients + pass.activations() + pass.logits();
    long state = state(trained);
    return new MemoryPlan(
        weights,
        gradients,
        Math.max(0, pieces - meanwhile),
        pass.activations(),
        pass.logits(),
        weights,
        pass.cache(),
        pass.host(),
        disk ? 0 : state,
        disk ? state : 0,
        0,
        remedies);
  }

  /** Of a stage and the one before or after it in a pass: the largest two neighbours. */
  private long atOnce(Predicate<Parameter> which) {
    List<Visit> visits = Visit.training(network.program().layers());
    long most = 0;
    for (int i = 1; i < visits.size(); i++) {
      most = Math.max(most, bytes(visits.get(i - 1), which) + bytes(visits.get(i), which));
    }
    return most;
  }

  private long bytes(Visit visit, Predicate<Parameter> which) {
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
