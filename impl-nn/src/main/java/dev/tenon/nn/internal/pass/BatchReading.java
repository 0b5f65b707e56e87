package dev.tenon.nn.internal.pass;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.EmbeddingHead;
import dev.tenon.model.EmbeddingHead.Pooling;
import dev.tenon.model.Head;
import dev.tenon.model.Network;
import dev.tenon.nn.TorchScriptNetwork;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.StandardField;
import dev.tenon.tensor.TensorData;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * What a network reads of a batch beyond its tokens.
 *
 * @param head what it ends in
 * @param vocabSize ids it knows
 * @param tokenTypes whether it reads {@code token_type_ids}
 * @param sequenceRows the tokens that stand for a sequence
 * @param padTokenId what does not count as a sequence's last token
 * @param options names in {@code b} that tell the head's text how to pool
 */
public record BatchReading(
    Head head,
    int vocabSize,
    boolean tokenTypes,
    SequenceRows sequenceRows,
    OptionalInt padTokenId,
    List<String> options) {
  private static final long IGNORED = -100;

  /** Copies. */
  public BatchReading {
    options = List.copyOf(options);
  }

  /** Tokens of a sequence. */
  public enum SequenceRows {
    FIRST,
    LAST,
    ALL
  }

  public static BatchReading of(Network network) {
    Optional<EmbeddingHead> embedding = network.embeddingHead();
    return new BatchReading(
        network.head(),
        network.vocabSize(),
        network.tokenTypes() > 0,
        embedding.map(x -> rows(x.pooling())).orElseGet(() -> rows(network)),
        embedding.isPresent() ? OptionalInt.empty() : network.padTokenId(),
        embedding.map(BatchReading::options).orElse(List.of()));
  }

  private static SequenceRows rows(Network network) {
    boolean whole = !(network instanceof TorchScriptNetwork) && !network.program().cached();
    return whole ? SequenceRows.FIRST : SequenceRows.LAST;
  }

  private static SequenceRows rows(Pooling pooling) {
    return switch (pooling) {
      case MEAN, MEAN_SQRT_LEN, WEIGHTEDMEAN, MAX -> SequenceRows.ALL;
      case CLS, POOLER -> SequenceRows.FIRST;
      case LASTTOKEN -> SequenceRows.LAST;
    };
  }

  private static List<String> options(EmbeddingHead head) {
    return Stream.of(option(head.pooling()), head.normalize() ? "normalize" : "")
        .filter(x -> !x.isEmpty())
        .toList();
  }

  private static String option(Pooling pooling) {
    return switch (pooling) {
      case MEAN, CLS, LASTTOKEN -> "";
      case MAX -> "pool_max";
      case MEAN_SQRT_LEN -> "pool_sqrt";
      case WEIGHTEDMEAN -> "pool_weighted";
      case POOLER -> "pooler";
    };
  }

  /** Whether next-token outputs are of the tokens themselves, those that {@code labels} name. */
  public boolean masked() {
    return head == Head.MASKED_LM;
  }

  /**
   * The {@code labels} of a batch, [N].
   *
   * @throws InvalidInputException if there are none, or one is no token of the vocabulary
   */
  public long[] labels(NamedArray batch) {
    String name = StandardField.LABELS.field();
    long[] labels =
        batch
            .find(name)
            .map(TensorData::toLongs)
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        Problems.problem(
                            name, "missing", "I64 per TOKEN, for the outputs of a masked-lm")));
    for (int i = 0; i < labels.length; i++) {
      if (learned(labels[i]) && (labels[i] < 0 || labels[i] >= vocabSize)) {
        throw new InvalidInputException(
            Problems.problem(name + "[" + i + "]", labels[i], "-100, or 0 to " + (vocabSize - 1)));
      }
    }
    return labels;
  }

  /** Whether a label names a token. */
  public static boolean learned(long label) {
    return label != IGNORED;
  }
}
