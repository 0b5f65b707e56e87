package dev.tenon.backend.sharded;

import static dev.tenon.nn.internal.pass.PassMemory.bytes;

import dev.tenon.backend.sharded.ShardedOptions.Offload;
import dev.tenon.model.Network;
import dev.tenon.model.Parameter;
import dev.tenon.model.Parameter.Stage;
import dev.tenon.nn.internal.pass.PassMemory;
import dev.tenon.spec.BatchShape;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.InferencePlan;
import dev.tenon.spec.MemoryPlan;
import dev.tenon.spec.MemoryPlan.Remedy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The memory of one rank, in bytes, from shapes alone. W weights, of which T train, N ranks.
 *
 * <ul>
 *   <li>weights: W; at stage 3 and with FSDP2 W / N
 *   <li>gradients: T while a backward pass runs; from stage 2 on and with FSDP2 T / N
 *   <li>optimizer: 2 T; F32 masters beside the moments from stage 1 on, 3 T / N; FSDP2 2 T / N
 *   <li>activations also count what is gathered for a pass and the buckets of a reduction
 * </ul>
 */
final class RankMemory {
  /** Python with torch and DeepSpeed. */
  static final long HOST = 400L << 20;

  /** Ids, places and masks of a token, for the pass and for an objective. */
  private static final int FRAME_BYTES_PER_TOKEN = 96;

  private final Network network;
  private final ShardedOptions options;
  private final long headChunkBytes;

  RankMemory(Network network, ShardedOptions options, long headChunkBytes) {
    this.network = network;
    this.options = options;
    this.headChunkBytes = headChunkBytes;
  }

  /** Of a training run. */
  MemoryPlan plan(FinetuneSpec spec, BatchShape batch) {
    return plan(spec, batch, List.of());
  }

  private MemoryPlan plan(FinetuneSpec spec, BatchShape batch, List<Remedy> remedies) {
    Set<String> names = network.trained(spec);
    long trained = bytes(network, x -> names.contains(x.name()));
    long weights = weights();
    long optimizer = optimizer(trained);
    boolean all = options.offload() == Offload.ALL;
    boolean moments = options.offload() != Offload.NONE;
    long apart = (moments ? optimizer : 0) + (all ? weights : 0);
    PassMemory pass = new PassMemory(network, spec, microTokens(spec, batch));
    return new MemoryPlan(
        all ? 0 : weights,
        gradients(trained),
        moments ? 0 : optimizer,
        pass.activations() + gathered() + buckets(),
        pass.logits(headChunkBytes),
        0,
        0,
        HOST,
        0,
        options.nvme().isPresent() ? 0 : apart,
        options.nvme().isPresent() ? apart : 0,
        (long) FRAME_BYTES_PER_TOKEN * batch.sequences() * batch.tokens(),
        remedies);
  }

  /** The plan with what would make it smaller. */
  MemoryPlan planWithRemedies(FinetuneSpec spec, BatchShape batch) {
    long now = plan(spec, batch).trainingBytes();
    List<Remedy> remedies = new ArrayList<>();
    if (!spec.gradientCheckpointing()) {
      FinetuneSpec changed = spec.gradientCheckpointing(true);
      remedies.add(new Remedy("gradientCheckpointing", plan(changed, batch).trainingBytes()));
    }
    long micro = microTokens(spec, batch);
    if (micro > batch.tokens()) {
      int tokens = (int) Math.max(batch.tokens(), micro / 2);
      FinetuneSpec changed = spec.microBatchTokens(tokens);
      remedies.add(new Remedy("microBatchTokens " + tokens, plan(changed, batch).trainingBytes()));
    }
    if (options.engine() == ShardingEngine.DEEPSPEED && options.zeroStage() < 3) {
      ShardedOptions more = options.zeroStage(3);
      remedies.add(new Remedy("zeroStage 3", with(more, spec, batch)));
    }
    if (options.nodes().isEmpty()) {
      ShardedOptions more = options.worldSize(2 * options.worldSize());
      remedies.add(new Remedy("world size " + more.worldSize(), with(more, spec, batch)));
    }
    remedies.removeIf(remedy -> remedy.trainingBytes() >= now);
    return plan(spec, batch, remedies);
  }

  private long with(ShardedOptions other, FinetuneSpec spec, BatchShape batch) {
    return new RankMemory(network, other, headChunkBytes).plan(spec, batch).trainingBytes();
  }

  /** Of inference: every request's sequence runs again for each token, without a cache. */
  InferencePlan plan(BatchShape batch) {
    FinetuneSpec spec = FinetuneSpec.openEnded().gradientCheckpointing(true);
    PassMemory pass = new PassMemory(network, spec, microTokens(spec, batch));
    return new InferencePlan(
        weights(), 0, pass.activations() + gathered(), pass.logits(headChunkBytes), HOST, 0);
  }

  private boolean fsdp() {
    return options.engine() == ShardingEngine.FSDP2;
  }

  private boolean weightsApart() {
    return fsdp() || options.zeroStage() == 3;
  }

  private long weights() {
    return share(bytes(network, x -> true), weightsApart());
  }

  private long gradients(long trained) {
    return share(trained, fsdp() || options.zeroStage() >= 2);
  }

  private long optimizer(long trained) {
    boolean masters = !fsdp() && options.zeroStage() > 0;
    return share((masters ? 3 : 2) * trained, fsdp() || masters);
  }

  private long share(long bytes, boolean apart) {
    return apart ? (bytes + options.worldSize() - 1) / options.worldSize() : bytes;
  }

  /** What a pass puts together: the largest stage, and the next one that is on its way. */
  private long gathered() {
    if (!weightsApart()) {
      return 0;
    }
    long most = 0;
    for (int layer = 0; layer < network.program().layers(); layer++) {
      int number = layer;
      most = Math.max(most, bytes(network, x -> isBlock(x, number)));
    }
    return Math.max(2 * most, bytes(network, x -> !isBlock(x, x.layer())));
  }

  private static boolean isBlock(Parameter x, int layer) {
    return x.stage() == Stage.BLOCK && x.layer() == layer;
  }

  private long buckets() {
    return fsdp() || options.zeroStage() == 0
        ? 0
        : PassMemory.floats(DeepSpeedSettings.bucket(network));
  }

  private long microTokens(FinetuneSpec spec, BatchShape batch) {
    int world = options.worldSize();
    int here = (batch.sequences() + world - 1) / world;
    BatchShape share = new BatchShape(here, batch.tokens());
    return (long) share.sequencesWithin(spec.microBatchTokens()) * batch.tokens();
  }
}
