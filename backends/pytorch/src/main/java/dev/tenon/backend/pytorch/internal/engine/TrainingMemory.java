package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.model.Network;
import dev.tenon.model.Parameter;
import dev.tenon.model.Parameter.Stage;
import dev.tenon.model.Program;
import dev.tenon.nn.script.Prelude;
import dev.tenon.spec.BatchShape;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.MemoryPlan;
import dev.tenon.spec.MemoryPlan.Remedy;
import dev.tenon.spec.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The memory of {@link TorchTrainEngine}, in bytes, from shapes alone. Weights, gradients, moments
 * and the residual stream are F32 in every precision.
 */
public final class TrainingMemory {
  /** The JVM with libtorch and its kernels' scratch space; measured 160 to 250 MB. */
  public static final long HOST = 250L << 20;

  /** The final norm: its input, picked and as it came, before and after its weight. */
  private static final int HEAD_VALUES = 4;

  /** Log-probabilities, their gradient, and that of the logits. */
  private static final int LOGITS = 3;

  private final Network network;
  private final Program program;
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
    this.program = network.program();
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
    long trained = bytes(parameter -> names.contains(parameter.name()));
    InferenceMemory generation = new InferenceMemory(network, view);
    return new MemoryPlan(
        bytes(parameter -> true),
        microRows() < batch.sequences() ? 2 * trained : trained,
        2 * trained,
        activations(),
        logits(),
        generation.fused(),
        generation.cache(batch),
        HOST,
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

  /** One block more than kept stands for the values that a block works on. */
  private long activations() {
    long block = floats(tokens(), network.keptPerToken());
    long hidden = floats(tokens(), program.hiddenSize());
    long blocks =
        spec.gradientCheckpointing()
            ? 2 * block + program.layers() * hidden
            : (program.layers() + 1) * block;
    return blocks + HEAD_VALUES * hidden + rounded();
  }

  /** Below F32 the backward pass needs the rounded weights; processors without units hold F32. */
  private long rounded() {
    if (spec.precision() == Precision.F32) {
      return 0;
    }
    long matrices = bytes(x -> x.stage() == Stage.BLOCK && x.shape().rank() == 2);
    return spec.gradientCheckpointing() ? matrices / Math.max(1, program.layers()) : matrices;
  }

  private long logits() {
    long chunk = Math.max(1, headChunkBytes / floats(program.vocabSize()));
    return LOGITS * floats(Math.min(tokens(), chunk), program.vocabSize());
  }

  private long bytes(Predicate<Parameter> which) {
    return network.parameters().stream()
        .filter(which)
        .mapToLong(x -> floats(x.shape().size()))
        .reduce(0, Math::addExact);
  }

  private static long floats(long... sizes) {
    long bytes = Float.BYTES;
    for (long size : sizes) {
      bytes = Math.multiplyExact(bytes, size);
    }
    return bytes;
  }
}
