package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.model.Network;
import dev.tenon.nn.internal.pass.PassMemory;
import dev.tenon.nn.script.Prelude;
import dev.tenon.spec.BatchShape;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.MemoryPlan;
import dev.tenon.spec.MemoryPlan.Remedy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The memory of {@link TorchTrainEngine}, in bytes, from shapes alone. Weights, gradients, moments
 * and the residual stream are F32 in every precision.
 */
public final class TrainingMemory {
  /** The JVM once libtorch is loaded; measured 187 to 211 MB. */
  public static final long HOST = 190L << 20;

  /** What it takes on top as soon as it works; measured 84 to 115 MB with small batches. */
  static final long WORKING = 85L << 20;

  /** Values of so many blocks lie in memory that was freed but does not fit what comes next. */
  private static final int WASTED = 3;

  private static final int WASTED_RECOMPUTING = 4;

  private final Network network;
  private final FinetuneSpec spec;
  private final BatchShape batch;
  private final Prelude view;
  private final long headChunkBytes;

  /**
   * Of a run.
   *
   * @param view what the engine generates with
   */
  public TrainingMemory(
      Network network, FinetuneSpec spec, BatchShape batch, Prelude view, long headChunkBytes) {
    this.network = network;
    this.spec = spec;
    this.batch = batch;
    this.view = view;
    this.headChunkBytes = headChunkBytes;
  }

  /** The plan without remedies. */
  public MemoryPlan plan() {
    return plan(List.of());
  }

  private MemoryPlan plan(List<Remedy> remedies) {
    Set<String> names = network.trained(spec);
    long trained = PassMemory.bytes(network, parameter -> names.contains(parameter.name()));
    InferenceMemory generation = new InferenceMemory(network, view);
    return new MemoryPlan(
        PassMemory.bytes(network, parameter -> true),
        microRows() < batch.sequences() ? 2 * trained : trained,
        2 * trained,
        pass().activations(),
        pass().logits(headChunkBytes),
        generation.fused(),
        generation.cache(batch),
        HOST,
        scratch(),
        remedies);
  }

  /** The plan with what would make it smaller. */
  public MemoryPlan planWithRemedies() {
    long now = plan().trainingBytes();
    List<Remedy> remedies = new ArrayList<>();
    if (!spec.gradientCheckpointing()) {
      remedies.add(remedy("gradientCheckpointing", spec.gradientCheckpointing(true), batch));
    }
    if (microRows() > 1) {
      int tokens = Math.multiplyExact((microRows() + 1) / 2, batch.tokens());
      remedies.add(remedy("microBatchTokens " + tokens, spec.microBatchTokens(tokens), batch));
    }
    if (batch.tokens() > 1) {
      BatchShape shorter = new BatchShape(batch.sequences(), batch.tokens() / 2);
      remedies.add(remedy("sequences of " + shorter.tokens() + " tokens", spec, shorter));
    }
    remedies.removeIf(remedy -> remedy.trainingBytes() >= now);
    return plan(remedies);
  }

  private Remedy remedy(String change, FinetuneSpec changed, BatchShape shape) {
    TrainingMemory memory = new TrainingMemory(network, changed, shape, view, headChunkBytes);
    return new Remedy(change, memory.plan().trainingBytes());
  }

  private int microRows() {
    return batch.sequencesWithin(spec.microBatchTokens());
  }

  private long tokens() {
    return (long) microRows() * batch.tokens();
  }

  private PassMemory pass() {
    return new PassMemory(network, spec, tokens());
  }

  /** What the allocator wastes was seen to grow with the values that one block works on. */
  private long scratch() {
    long blocks = spec.gradientCheckpointing() ? WASTED_RECOMPUTING : WASTED;
    return WORKING + blocks * pass().block();
  }
}
