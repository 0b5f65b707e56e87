package dev.tenon.catalog.internal.yaml;

import dev.tenon.catalog.SpecCode;

/** What ends reading. */
public final class YamlFault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final SpecCode code;
  private final String path;
  private final transient Place place;

  YamlFault(SpecCode code, String path, Place place, String sentence) {
    super(sentence);
    this.code = code;
    this.path = path;
    this.place = place;
  }

  /** What is wrong. */
  public SpecCode code() {
    return code;
  }

  /** Of the key that is meant, else empty. */
  public String path() {
    return path;
  }

  /** Where. */
  public Place place() {
    return place;
  }
}
