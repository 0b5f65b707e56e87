package dev.tenon.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The fields whose meaning all algorithms and engines share: name, kind and dtype, in one place. A
 * field of one of these names has one of its kinds and dtypes in every packed {@link NamedArray};
 * all but {@code class_labels} have one dimension.
 */
public enum StandardField {
  /** Token ids. */
  INPUT_IDS(DType.I64, FieldKind.TOKEN),
  /** 0 for the first text of a pair, 1 for the second one. */
  TOKEN_TYPE_IDS(DType.I64, FieldKind.TOKEN),
  /** The token expected at each position; −100 is ignored. */
  LABELS(DType.I64, FieldKind.TOKEN),
  /**
   * Classes (I64), or numbers to regress to (F32; a second dimension holds several per sequence).
   */
  CLASS_LABELS(Set.of(DType.I64, DType.F32), FieldKind.SEQUENCE, FieldKind.ITEM),
  /** True for tokens of the prompt. */
  PROMPT_MASK(DType.BOOL, FieldKind.TOKEN),
  /** True for tokens that the loss counts as targets. */
  LOSS_MASK(DType.BOOL, FieldKind.TOKEN),
  /** True for target tokens whose log-probability is wanted. */
  OUTPUT_MASK(DType.BOOL, FieldKind.TOKEN),
  /** Log-probabilities under the policy that sampled. */
  LOGPROBS(DType.F32, FieldKind.NEXT_TOKEN),
  /** Log-probabilities under the policy before the update. */
  OLD_LOGPROBS(DType.F32, FieldKind.NEXT_TOKEN),
  /** Log-probabilities under the reference model. */
  REF_LOGPROBS(DType.F32, FieldKind.NEXT_TOKEN),
  /** Advantages. */
  ADVANTAGES(DType.F32, FieldKind.NEXT_TOKEN),
  /** Returns, the targets of a value head. */
  RETURNS(DType.F32, FieldKind.NEXT_TOKEN),
  /** A value head's estimate at each token. */
  VALUES(DType.F32, FieldKind.TOKEN),
  /** One reward per sequence. */
  REWARDS(DType.F32, FieldKind.SEQUENCE),
  /** True when an answer ended at a length limit. */
  TRUNCATED(DType.BOOL, FieldKind.SEQUENCE),
  /** Why an answer ended: 0 stop, 1 length, 2 cancelled. */
  FINISH_REASON(DType.I8, FieldKind.SEQUENCE);

  private final Set<DType> dtypes;
  private final List<FieldKind> kinds;

  StandardField(DType dtype, FieldKind kind) {
    this(Set.of(dtype), kind);
  }

  StandardField(Set<DType> dtypes, FieldKind... kinds) {
    this.dtypes = dtypes;
    this.kinds = List.of(kinds);
  }

  /** The name in a {@link NamedArray}: the lower-case name. */
  public String field() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The allowed dtypes. */
  public Set<DType> dtypes() {
    return dtypes;
  }

  /**
   * The allowed kinds; with several, {@link NamedArray} takes the first that fits the number of
   * entries.
   */
  public List<FieldKind> kinds() {
    return kinds;
  }

  /** True when a second dimension is allowed. */
  boolean mayBeMatrix() {
    return this == CLASS_LABELS;
  }

  /** The standard field of a name, if it is one. */
  public static Optional<StandardField> find(String name) {
    return Arrays.stream(values()).filter(x -> x.field().equals(name)).findFirst();
  }
}
