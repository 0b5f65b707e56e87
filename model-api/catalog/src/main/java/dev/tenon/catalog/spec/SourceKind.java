package dev.tenon.catalog.spec;

/** How files come. */
public enum SourceKind {
  /** Not at all yet: the model is a place. */
  NONE("none"),
  /** In a container image. */
  IMAGE("image"),
  /** From a git repository. */
  GIT("git"),
  /** From another model. */
  MODEL("model"),
  /** From a store of objects. */
  STORE("store"),
  /** From a URL. */
  URL("url"),
  /** By somebody who puts them there. */
  UPLOAD("upload"),
  /** From a git repository with large files. */
  GIT_LFS("git_lfs");

  private final String label;

  SourceKind(String label) {
    this.label = label;
  }

  /** As a specification has it. */
  public String label() {
    return label;
  }
}
