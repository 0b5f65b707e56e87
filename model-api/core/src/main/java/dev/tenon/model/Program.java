package dev.tenon.model;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;

/**
 * What a network computes: TorchScript text in stages, written for one device, and the numbers an
 * engine needs to run them. The same text runs in the JVM and in Python ranks. Its methods, with
 * {@code B} rows, {@code T} columns, {@code H} hidden, {@code n} packed rows, {@code K} cache
 * slots, {@code D} head dimension:
 *
 * <pre>
 * prepare(b) -> Dict[str, Tensor]                                b and what is derived from it once a pass (rotary tables)
 * embed(w, b) -> Tensor                                          [B, T, H]
 * block(w, x, b, layer) -> Tuple[Tensor, Dict[str, Tensor]]
 * head(w, x, b, want) -> Dict[str, Tensor]                       x [n, H]
 * fuse(w, layer), fuse_head(w) -> Tuple[Dict[str, PACKED], Dict[str, Tensor]]
 * block_step(p, s, x, b, k, v, layer) -> Tuple[Tensor, Dict[str, Tensor]]     k, v [B, kv_heads, K, D]
 * head_step(p, s, x, b, want) -> Dict[str, Tensor]
 * </pre>
 *
 * <p>{@code w} is keyed by {@link Parameter#key()}. {@code b} holds {@code input_ids} and {@code
 * position_ids} (I64 [B, T], right-padded with 0), {@code attention_mask} (BOOL, true = real: [B,
 * T], in a step [B, K] over the cache and only when rows differ); for heads {@code targets} (I64
 * [n]) and {@code temperature} (F32 []).
 *
 * @param text the stage methods with every configuration number substituted
 * @param layers number of blocks
 * @param hiddenSize H
 * @param vocabSize V
 * @param keyValueHeads heads of the key/value cache
 * @param headDim D
 */
public record Program(
    String text, int layers, int hiddenSize, int vocabSize, int keyValueHeads, int headDim) {
  /** Checks the numbers. */
  public Program {
    Problems problems = new Problems();
    problems.check(!text.isBlank(), "program text", "\"\"", "TorchScript methods");
    problems.check(layers > 0, "layers", layers, "> 0");
    problems.check(hiddenSize > 0, "hidden size", hiddenSize, "> 0");
    problems.check(vocabSize > 0, "vocabulary size", vocabSize, "> 0");
    problems.check(keyValueHeads > 0, "key/value heads", keyValueHeads, "> 0");
    problems.check(headDim > 0, "head dimension", headDim, "> 0");
    problems.throwIfAny(InvalidInputException::new);
  }
}
