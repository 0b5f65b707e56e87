package dev.tenon.tensor;

/** What the first axis of a field counts. With S sequences of lengths L the entries number: */
public enum FieldKind {
  /** One entry per token: Σ L. */
  TOKEN,
  /**
   * One entry per token that has a successor in its sequence: Σ (L − 1). Entry t belongs to the
   * prediction of token t + 1.
   */
  NEXT_TOKEN,
  /** One entry per sequence: S. */
  SEQUENCE,
  /** One entry per item; an item has one or more sequences. */
  ITEM
}
