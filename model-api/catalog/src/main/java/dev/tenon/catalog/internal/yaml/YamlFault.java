package dev.tenon.catalog.internal.yaml;

/** What ends reading. */
public final class YamlFault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final YamlRule rule;
  private final String path;
  private final transient Place place;

  YamlFault(YamlRule rule, String path, Place place, String sentence) {
    super(sentence);
    this.rule = rule;
    this.path = path;
    this.place = place;
  }

  /** What the text breaks. */
  public YamlRule rule() {
    return rule;
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
