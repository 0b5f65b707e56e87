package dev.tenon.nn.internal.pass;

import dev.tenon.model.Network;
import dev.tenon.model.Parameter;
import dev.tenon.model.Parameter.Stage;
import dev.tenon.model.Program;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Precision;
import java.util.function.Predicate;

/**
 * What a training pass works on, in bytes, from shapes alone: the residual stream and what blocks
 * keep are F32 in every precision.
 */
public final class PassMemory {
  /** The final norm: its input, picked and as it came, before and after its weight. */
  private static final int HEAD_VALUES = 4;

  /** Log-probabilities, their gradient, and that of the logits. */
  private static final int LOGITS = 3;

  private final Network network;
  private final Program program;
  private final FinetuneSpec spec;
  private final long tokens;

  /**
   * Of one micro-batch.
   *
   * @param tokens of it, padding included
   */
  public PassMemory(Network network, FinetuneSpec spec, long tokens) {
    this.network = network;
    this.program = network.program();
    this.spec = spec;
    this.tokens = tokens;
  }

  /**
   * What blocks keep from the forward to the backward pass. One block more than kept stands for the
   * values that a block works on.
   */
  public long activations() {
    long blocks =
        spec.gradientCheckpointing()
            ? 2 * block() + program.layers() * hidden()
            : (program.layers() + 1) * block();
    return blocks + finalNorm() + rounded();
  }

  /** What one block keeps. */
  public long block() {
    return floats(tokens, network.keptPerToken());
  }

  /** The residual stream between two blocks. */
  public long hidden() {
    return floats(tokens, program.hiddenSize());
  }

  /** What the final norm works on. */
  public long finalNorm() {
    return HEAD_VALUES * hidden();
  }

  /** Below F32 the backward pass needs the rounded weights; processors without units hold F32. */
  public long rounded() {
    if (spec.precision() == Precision.F32) {
      return 0;
    }
    long matrices = bytes(network, x -> x.stage() == Stage.BLOCK && x.shape().rank() == 2);
    return spec.gradientCheckpointing() ? matrices / Math.max(1, program.layers()) : matrices;
  }

  /**
   * One chunk of logits with its gradients.
   *
   * @param headChunkBytes that one chunk may take
   */
  public long logits(long headChunkBytes) {
    long chunk = Math.max(1, headChunkBytes / floats(program.vocabSize()));
    return LOGITS * floats(Math.min(tokens, chunk), program.vocabSize());
  }

  /** F32 bytes of parameters. */
  public static long bytes(Network network, Predicate<Parameter> which) {
    return network.parameters().stream()
        .filter(which)
        .mapToLong(x -> floats(x.shape().size()))
        .reduce(0, Math::addExact);
  }

  /** Bytes of F32 values of a shape. */
  public static long floats(long... sizes) {
    long bytes = Float.BYTES;
    for (long size : sizes) {
      bytes = Math.multiplyExact(bytes, size);
    }
    return bytes;
  }
}
