package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.backend.pytorch.internal.CallSettings;
import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchModule;
import dev.tenon.backend.pytorch.internal.TorchValue;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The training driver with the weights it runs on, which change in place. Lives as long as its
 * module and scope.
 */
final class TrainingProgram {
  private static final CallSettings GRAD = CallSettings.grad(0);
  private static final CallSettings NO_GRAD = CallSettings.noGrad(0);

  private final TorchModule module;
  private final boolean checkpointing;
  private final TorchValue embed;
  private final TorchValue blocks;
  private final TorchValue head;
  private final TorchValue parameters;

  /**
   * Binds a driver to weights.
   *
   * @param checkpointing whether a backward pass runs the blocks again instead of keeping all of
   *     their activations
   */
  TrainingProgram(
      TorchModule module, StageWeights weights, boolean checkpointing, NativeScope owner) {
    this.module = module;
    this.checkpointing = checkpointing;
    embed = weights.embed(owner);
    blocks = weights.blocks(owner);
    head = weights.head(owner);
    parameters = owner.tensors(weights.trained().values());
  }

  /** The outputs of a micro-batch without gradients: {@code Dict[str, Tensor]}. */
  TorchValue forward(MicroBatch batch, TorchValue chunk, NativeScope scope) {
    return forward(NO_GRAD, "forward", batch, chunk, scope);
  }

  private TorchValue forward(
      CallSettings settings, String method, MicroBatch batch, TorchValue chunk, NativeScope scope) {
    return module.call(
        settings,
        scope,
        method,
        embed,
        blocks,
        head,
        batch.rows,
        batch.plan,
        batch.wantRows,
        batch.wantNext,
        batch.wantSequences,
        batch.hiddenStates,
        chunk);
  }

  /** Sums of gradients, {@code List[Tensor]} in the order of the weights that train, empty. */
  TorchValue noSums(NativeScope scope) {
    return module.call(NO_GRAD, scope, "no_sums", parameters);
  }

  /**
   * Forward and backward over a micro-batch.
   *
   * @param gradient of the loss with respect to the outputs, given the outputs
   * @param sums the gradients are added to these
   */
  void backward(
      MicroBatch batch,
      TorchValue chunk,
      UnaryOperator<TorchValue> gradient,
      TorchValue sums,
      NativeScope scope) {
    if (checkpointing) {
      checkpointedBackward(batch, chunk, gradient, sums, scope);
      return;
    }
    // x and kept carry the graph from the forward to the backward call.
    List<TorchValue> passed = forward(GRAD, "train_forward", batch, chunk, scope).elements();
    module.call(
        GRAD,
        scope,
        "train_backward",
        head,
        batch.rows,
        batch.plan,
        batch.wantNext,
        chunk,
        passed.get(0),
        passed.get(2),
        gradient.apply(passed.get(1)),
        parameters,
        sums);
  }

  private void checkpointedBackward(
      MicroBatch batch,
      TorchValue chunk,
      UnaryOperator<TorchValue> gradient,
      TorchValue sums,
      NativeScope scope) {
    List<TorchValue> passed =
        forward(NO_GRAD, "checkpoint_forward", batch, chunk, scope).elements();
    module.call(
        GRAD,
        scope,
        "checkpoint_backward",
        embed,
        blocks,
        head,
        batch.rows,
        batch.plan,
        batch.wantRows,
        batch.wantNext,
        batch.wantSequences,
        chunk,
        passed.get(0),
        gradient.apply(passed.get(1)),
        parameters,
        sums);
  }

  /** The sums after the last micro-batch, with 0 for what no output depends on. */
  TorchValue whole(TorchValue sums, NativeScope scope) {
    return module.call(NO_GRAD, scope, "whole_sums", parameters, sums);
  }

  /** Divides gradients by what the loss was scaled with. */
  void unscale(TorchValue gradients, double scale, NativeScope scope) {
    module.call(NO_GRAD, scope, "unscale", gradients, scope.real(scale));
  }

  /** Scales gradients to a norm of at most {@code maxNorm}, unless 0; the norm before. */
  double clip(TorchValue gradients, double maxNorm, NativeScope scope) {
    return module
        .call(NO_GRAD, scope, "clip", gradients, scope.real(maxNorm))
        .toTensorData()
        .getDouble(0);
  }
}
