package dev.tenon.model;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.Set;

/**
 * What a network computes: TorchScript text in stages, written for one device, and the numbers an
 * engine needs to run them. The same text runs in the JVM and in Python ranks. Its methods, with
 * {@code B} rows, {@code T} columns, {@code H} hidden, {@code n} packed rows, {@code K} cache
 * slots, {@code D} head dimension:
 *
 * <pre>
 * prepare(b) -> Dict[str, Tensor]                   b and what is derived from it once a pass
 * embed(w, b) -> Tensor                             [B, T, H]
 * block(w, x, b, layer) -> Tuple[Tensor, Dict[str, Tensor]]              x [B, T, H]
 * head(w, x, b, want) -> Dict[str, Tensor]          x [n, H]
 * fuse(w, layer), fuse_head(w) -> Tuple[Dict[str, PACKED], Dict[str, Tensor]]
 * block_step(p, s, x, b, k, v, layer) -> Tuple[Tensor, Dict[str, Tensor]]
 *                                                   x [B * T, H]; k, v [B, kv_heads, K, D]
 * head_step(p, s, x, b, want) -> Dict[str, Tensor]  x [n, H]
 * </pre>
 *
 * <p>{@code w} is keyed by {@link Parameter#key()}. {@code fuse} gives {@code p}, the projections
 * in the form that the precision's {@code pack} makes, and {@code s}, what stays a tensor. {@code
 * b} is what {@code prepare} returned. Before, it holds {@code input_ids} and {@code position_ids}
 * (I64 [B, T], right-padded with 0) and {@code attention_mask} (BOOL [B, T], true = real); heads
 * also get {@code targets} (I64 [n]), {@code sequence_index} (I64 [n], which sequence a row stands
 * for) and, unless it is 1, {@code temperature} (F32 []). A pass with dropout has {@code
 * dropout_seed} (I64 []), which the shared helpers {@code dropout} and {@code dropout_attention}
 * read. In a step a token goes to slot {@code position_ids[r, t]} of its row's cache, {@code
 * attention_mask} (BOOL [B, K]) is there only when rows hold different numbers of tokens, and with
 * it {@code row_index} (I64 [B, 1]); {@code slots} (I64 [K]) is there when not every new token sees
 * every slot. The shared helpers {@code step_mask}, {@code store} and {@code cached_attention} read
 * these. Of a prompt only the last token's row is asked for: the last layer's {@code b} has {@code
 * last} (I64 [B], these rows of {@code x}), and its {@code block_step} may return them alone, [B,
 * H], as the shared helpers {@code asked}, {@code asked_queries} and {@code asked_step} do.
 *
 * <p>Padding costs as much as tokens. A program that is {@code packed} trains without it: where
 * sequences differ in length, {@code embed} and {@code block} get one row of all tokens, {@code
 * input_ids} and {@code position_ids} are [1, N], and {@code b} holds {@code token_at} (I64 [B, T],
 * the token of each place; in padding the last of its row) and {@code place_of} (I64 [N], the place
 * of each token). What looks from one token at another does so between the shared helpers {@code
 * apart} and {@code together}, as {@code dropout_attention} does. {@code attention_mask} is [B, T]
 * there too.
 *
 * <p>A program without a key/value cache, an encoder, reads whole sequences at once: {@code k} and
 * {@code v} are empty, there are no steps, and the first token stands for a sequence, not the last
 * one. Its {@code b} also holds {@code token_type_ids} (I64 [B, T]) where the batch has them and
 * the network reads them. If {@code prepare} adds {@code places} (I64 [B * T], the real token that
 * stands for each place), {@code block_step} gets the real tokens alone, {@code x} [N, H].
 *
 * @param text the stage methods with every configuration number substituted
 * @param layers number of blocks
 * @param hiddenSize H
 * @param vocabSize V
 * @param keyValueHeads heads of the key/value cache; 0: it has none
 * @param headDim D
 * @param blockOutputs what every block gives in its dict, under the outputs' field names, one entry
 *     a token: {@link Output#ROUTER_LOGITS} or none
 * @param packed whether blocks can train on packed rows
 */
public record Program(
    String text,
    int layers,
    int hiddenSize,
    int vocabSize,
    int keyValueHeads,
    int headDim,
    Set<Output> blockOutputs,
    boolean packed) {
  /** Copies and checks the numbers. */
  public Program {
    blockOutputs = Set.copyOf(blockOutputs);
    Problems problems = new Problems();
    problems.check(!text.isBlank(), "program text", "\"\"", "TorchScript methods");
    problems.check(layers > 0, "layers", layers, "> 0");
    problems.check(hiddenSize > 0, "hidden size", hiddenSize, "> 0");
    problems.check(vocabSize > 0, "vocabulary size", vocabSize, "> 0");
    problems.check(keyValueHeads >= 0, "key/value heads", keyValueHeads, ">= 0");
    problems.check(headDim > 0, "head dimension", headDim, "> 0");
    problems.throwIfAny(InvalidInputException::new);
  }

  /** A program whose blocks give nothing but their result. */
  public Program(
      String text, int layers, int hiddenSize, int vocabSize, int keyValueHeads, int headDim) {
    this(text, layers, hiddenSize, vocabSize, keyValueHeads, headDim, Set.of());
  }

  /** A program that trains on padded rows. */
  public Program(
      String text,
      int layers,
      int hiddenSize,
      int vocabSize,
      int keyValueHeads,
      int headDim,
      Set<Output> blockOutputs) {
    this(text, layers, hiddenSize, vocabSize, keyValueHeads, headDim, blockOutputs, false);
  }

  /** The same, trained on packed rows where sequences differ in length. */
  public Program onPackedRows() {
    return new Program(
        text, layers, hiddenSize, vocabSize, keyValueHeads, headDim, blockOutputs, true);
  }

  /** The same with another text. */
  public Program withText(String other) {
    return new Program(
        other, layers, hiddenSize, vocabSize, keyValueHeads, headDim, blockOutputs, packed);
  }

  /** Whether it has a key/value cache: tokens see only earlier ones, so it can go on from them. */
  public boolean cached() {
    return keyValueHeads > 0;
  }
}
