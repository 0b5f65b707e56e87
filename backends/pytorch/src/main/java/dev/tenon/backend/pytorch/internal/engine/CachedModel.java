package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.model.Network;

/**
 * A network's fused weights, wherever they live, and the driver that reads tokens into caches of
 * keys and values with them. One thread.
 */
public interface CachedModel extends AutoCloseable {
  /** What it runs. */
  Network network();

  /** The outputs of one micro-batch: {@code Dict[str, Tensor]}. */
  TorchValue forward(MicroBatch batch, TorchValue chunk, NativeScope scope);

  /**
   * Zeroed keys and values, a list of each with one cache per layer.
   *
   * @param shape rows, kv_heads, capacity, head_dim
   */
  TorchValue newCaches(TorchValue shape, NativeScope scope);

  /** Calls a driver method that works on caches or logits alone. */
  TorchValue onCaches(NativeScope scope, String method, TorchValue... arguments);

  /** Reads new tokens into the caches; the logits F32 [B, V] of each row's last one. */
  TorchValue step(NewTokens tokens, NativeScope scope);

  /** Reads tokens of which none is a row's last. */
  void readPart(NewTokens tokens, NativeScope scope);

  /** {@link #step}, and the likeliest token of each row with its log-probability. */
  default TorchValue greedyStep(NewTokens tokens, NativeScope scope) {
    return onCaches(scope, "pick", step(tokens, scope));
  }

  /** {@link #step}, and the token that each row asks for with its log-probability. */
  default TorchValue chooseStep(NewTokens tokens, TorchValue asked, NativeScope scope) {
    return onCaches(scope, "choose", step(tokens, scope), asked);
  }

  @Override
  void close();

  /**
   * New tokens for rows side by side.
   *
   * @param batch {@code input_ids}, {@code position_ids} [B, T], and {@code attention_mask} where
   *     rows differ
   * @param keys {@code List[Tensor]}, one per layer
   * @param values likewise
   * @param row the first row, an {@code int}
   * @param length slots in use afterwards, an {@code int}
   */
  record NewTokens(
      TorchValue batch, TorchValue keys, TorchValue values, TorchValue row, TorchValue length) {}
}
