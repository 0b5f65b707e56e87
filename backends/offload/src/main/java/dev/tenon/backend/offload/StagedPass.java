package dev.tenon.backend.offload;

import dev.tenon.backend.pytorch.internal.CallSettings;
import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchModule;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.backend.pytorch.internal.engine.MicroBatch;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One micro-batch on its way through the training driver's stages. Lives as long as its scope. The
 * stages are called in the order of {@link Visit}.
 */
final class StagedPass {
  private static final CallSettings NO_GRAD = CallSettings.noGrad(0);
  private static final CallSettings GRAD = CallSettings.grad(0);

  private final TorchModule module;
  private final MicroBatch batch;
  private final TorchValue chunk;
  private final TorchValue states;
  private final NativeScope scope;

  /** [B, T, H] before the head, [B*T, H] at the head; on the way back its gradient [B*T, H]. */
  private @Nullable TorchValue x;

  /** What prepare gave. */
  private @Nullable TorchValue prepared;

  /** What entered the blocks, and the head: {@code List[Tensor]}. */
  private @Nullable TorchValue inputs;

  private @Nullable TorchValue extras;
  private @Nullable TorchValue outputGradients;

  /**
   * Starts a pass.
   *
   * @param back whether it will go back, and so keeps what enters the blocks
   */
  StagedPass(
      TorchModule module, MicroBatch batch, TorchValue chunk, boolean back, NativeScope scope) {
    this.module = module;
    this.batch = batch;
    this.chunk = chunk;
    this.states = back ? scope.bool(true) : batch.hiddenStates;
    this.scope = scope;
  }

  void embed(TorchValue weights) {
    List<TorchValue> begun =
        module.call(NO_GRAD, scope, "body_begin", weights, batch.rows).elements();
    x = begun.get(0);
    prepared = begun.get(1);
    inputs = begun.get(2);
    extras = begun.get(3);
  }

  void block(TorchValue weights, int layer) {
    replace(
        call(
            NO_GRAD,
            "body_block",
            weights,
            x(),
            prepared(),
            scope.integer(layer),
            states,
            inputs(),
            some(extras)));
  }

  /** The outputs: {@code Dict[str, Tensor]}. */
  TorchValue outputs(TorchValue weights) {
    replace(call(NO_GRAD, "body_end", x()));
    return call(
        NO_GRAD,
        "outputs",
        weights,
        x(),
        inputs(),
        some(extras),
        batch.rows,
        batch.plan,
        batch.wantRows,
        batch.wantNext,
        batch.wantSequences,
        batch.hiddenStates,
        chunk);
  }

  /** After {@link #outputs}: given the gradient of the loss with respect to them. */
  void headBack(TorchValue weights, TorchValue gradient, TorchValue parameters, TorchValue sums) {
    outputGradients = gradient;
    replace(
        call(
            GRAD,
            "head_backward",
            weights,
            x(),
            batch.rows,
            batch.plan,
            batch.wantRows,
            batch.wantNext,
            batch.wantSequences,
            chunk,
            gradient,
            parameters,
            sums));
  }

  void blockBack(TorchValue weights, int layer, TorchValue parameters, TorchValue sums) {
    try (TorchValue input = call(NO_GRAD, "last_input", inputs())) {
      replace(
          call(
              GRAD,
              "block_backward",
              weights,
              input,
              prepared(),
              batch.plan,
              scope.integer(layer),
              x(),
              some(outputGradients),
              parameters,
              sums));
    }
  }

  void embedBack(TorchValue weights, TorchValue parameters, TorchValue sums) {
    call(GRAD, "embed_backward", weights, prepared(), x(), parameters, sums);
  }

  private TorchValue call(CallSettings settings, String method, TorchValue... arguments) {
    return module.call(settings, scope, method, arguments);
  }

  private void replace(TorchValue next) {
    x().close();
    x = next;
  }

  private TorchValue x() {
    return some(x);
  }

  private TorchValue prepared() {
    return some(prepared);
  }

  private TorchValue inputs() {
    return some(inputs);
  }

  private static TorchValue some(@Nullable TorchValue value) {
    return Objects.requireNonNull(value, "a pass starts with its embedding");
  }
}
