package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.model.Network;
import dev.tenon.model.Parameter;
import dev.tenon.model.Parameter.Stage;
import dev.tenon.model.Program;
import dev.tenon.nn.script.Prelude;
import dev.tenon.spec.BatchShape;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.InferencePlan;

/** The memory of {@link InferenceModel} with some kernels, in bytes, from shapes alone. */
public final class InferenceMemory {
  /** Logits and their log-probabilities. */
  private static final int LOGITS = 2;

  private final Network network;
  private final Program program;
  private final Prelude prelude;
  private final boolean conv1d;

  /** Of a network with kernels. */
  public InferenceMemory(Network network, Prelude prelude) {
    this.network = network;
    this.program = network.program();
    this.prelude = prelude;
    this.conv1d = program.text().contains("self.conv1d(");
  }

  /** The plan for the requests that are live at once. */
  public InferencePlan plan(BatchShape batch, long headChunkBytes) {
    long tokens = Math.multiplyExact((long) batch.sequences(), batch.tokens());
    long pass = Math.max(batch.tokens(), Math.min(tokens, FinetuneSpec.DEFAULT_MICRO_BATCH_TOKENS));
    long row = Math.multiplyExact((long) Float.BYTES, program.vocabSize());
    long chunk = Math.max(1, headChunkBytes / row);
    return new InferencePlan(
        embedding() + fused(),
        cache(batch),
        Math.multiplyExact(prelude.activationBytes() * pass, network.keptPerToken()),
        LOGITS * Math.multiplyExact(Math.min(pass, chunk), row),
        TrainingMemory.HOST,
        TrainingMemory.WORKING);
  }

  /** Keys and values, in the type of activations. */
  public long cache(BatchShape batch) {
    long width = (long) program.keyValueHeads() * program.headDim();
    long layers = program.cached() ? program.layers() : 1;
    long tokens = Math.multiplyExact((long) batch.sequences(), batch.tokens());
    return 2 * layers * prelude.activationBytes() * Math.multiplyExact(tokens, width);
  }

  /** The tables of the embedding, which stay tensors. */
  private long embedding() {
    long bytes = prelude.quantized() ? Short.BYTES : Float.BYTES;
    return network.parameters().stream()
        .filter(x -> x.stage() == Stage.EMBED)
        .mapToLong(x -> Math.multiplyExact(bytes, x.shape().size()))
        .reduce(0, Math::addExact);
  }

  /** Blocks and head; adapters are merged, and what is no matrix stays a tensor or moves. */
  public long fused() {
    return network.parameters().stream()
        .filter(x -> x.stage() != Stage.EMBED || x.alsoUsedBy().contains(Stage.HEAD))
        .filter(x -> !x.key().contains(".lora_"))
        .mapToLong(this::held)
        .reduce(0, Math::addExact);
  }

  private long held(Parameter parameter) {
    if (parameter.shape().rank() != 2) {
      return Math.multiplyExact((long) prelude.activationBytes(), parameter.shape().size());
    }
    // A Conv1D has its weight [in, out].
    boolean transposed = conv1d && parameter.stage() == Stage.BLOCK;
    long out = parameter.shape().dim(transposed ? 1 : 0);
    long in = parameter.shape().dim(transposed ? 0 : 1);
    return prelude.packedBytes(out, in, out == program.vocabSize());
  }
}
