package dev.tenon.backend.offload;

import dev.tenon.backend.offload.StateStore.Vector;
import dev.tenon.backend.pytorch.internal.CallSettings;
import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.spec.AdamW;
import dev.tenon.tensor.Shape;

/**
 * Clipping and AdamW over a store, piece by piece.
 *
 * @param norm of all gradients, F32 []
 * @param maxNorm which they are scaled to at most, unless 0
 * @param age steps before
 * @param factor of the schedule, on every group's rate
 */
record Update(OffloadedRun run, TorchValue norm, double maxNorm, long age, double factor) {
  /** 4 MiB of each vector. */
  static final long PIECE_VALUES = 1 << 20;

  private static final CallSettings SETTINGS = CallSettings.noGrad(0);

  /** Takes the step. */
  void take() {
    run.streams()
        .<Layout.Piece, Values>each(
            run.store().layout().pieces(), this::read, (piece, x, scope) -> step(piece, x));
    run.streams().drain();
  }

  private Values read(Layout.Piece piece, NativeScope scope, ReadBuffers buffers) {
    return new Values(
        read(Vector.WEIGHTS, piece, scope, buffers),
        read(Vector.GRADIENTS, piece, scope, buffers),
        read(Vector.FIRST_MOMENTS, piece, scope, buffers),
        read(Vector.SECOND_MOMENTS, piece, scope, buffers));
  }

  private TorchValue read(
      Vector vector, Layout.Piece piece, NativeScope scope, ReadBuffers buffers) {
    StateStore store = run.store();
    TorchValue memory = buffers.take(Math.min(PIECE_VALUES, store.layout().trained()));
    TorchValue target = memory.region(scope, 0, Shape.of(piece.size()));
    store.read(vector, piece.offset(), target);
    return target;
  }

  private void step(Layout.Piece piece, Values x) {
    NativeScope written = run.bridge().scope("updated");
    AdamW adamW = run.spec().optimizer();
    run.module()
        .call(
            SETTINGS,
            written,
            "flat_adamw",
            x.weights.moveTo(written),
            x.gradients,
            x.first.moveTo(written),
            x.second.moveTo(written),
            written.integers(piece.sizes().stream().mapToLong(size -> size).toArray()),
            norm,
            written.real(maxNorm),
            written.integer(age),
            written.real(piece.group().learningRate() * factor),
            written.real(adamW.beta1()),
            written.real(adamW.beta2()),
            written.real(piece.group().weightDecay()),
            written.real(adamW.eps()));
    run.streams()
        .write(
            written,
            () -> {
              write(Vector.WEIGHTS, piece, x.weights);
              write(Vector.FIRST_MOMENTS, piece, x.first);
              write(Vector.SECOND_MOMENTS, piece, x.second);
            });
  }

  private void write(Vector vector, Layout.Piece piece, TorchValue values) {
    run.store().write(vector, piece.offset(), values);
  }

  /** Of a piece. */
  private record Values(
      TorchValue weights, TorchValue gradients, TorchValue first, TorchValue second) {}
}
