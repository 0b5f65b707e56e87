package dev.tenon.catalog.spec;

/** What a description describes. */
public enum SpecKind {
  /** A model. */
  MODEL("Model"),
  /** Data for training. */
  DATASET("Dataset"),
  /** A model that is served. */
  SERVER("Server"),
  /** A notebook beside a model. */
  NOTEBOOK("Notebook"),
  /** A run that makes a model of another. */
  MODEL_JOB("ModelJob");

  private final String label;

  SpecKind(String label) {
    this.label = label;
  }

  /** As it stands in a description. */
  public String label() {
    return label;
  }
}
