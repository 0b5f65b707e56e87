package dev.tenon.catalog.spec;

import java.util.Optional;

/** Where a description says that files come from. */
public sealed interface SpecSource {
  /** Nowhere yet: the model is a place. */
  record None() implements SpecSource {}

  /** A container image. */
  record Image(String reference) implements SpecSource {}

  /**
   * A repository.
   *
   * @param path in it
   * @param image that is built of it
   */
  record Git(
      String url,
      Optional<String> path,
      Optional<String> branch,
      Optional<String> tag,
      Optional<String> image)
      implements SpecSource {}

  /** Another model. */
  record OtherModel(String name, Optional<String> namespace, Optional<String> cluster)
      implements SpecSource {}

  /** Objects in a store of the description. */
  record InStore(String store, String bucket, Optional<String> path) implements SpecSource {
    /** {@code bucket/path}, without slashes at the ends. */
    public String location() {
      String rest = path.orElse("").replaceAll("^/+|/+$", "");
      return rest.isEmpty() ? bucket : bucket + "/" + rest;
    }
  }

  /** An address. */
  record Url(String url) implements SpecSource {}

  /** Files that somebody puts into the store. */
  record Upload() implements SpecSource {}

  /** A repository with large files. */
  record GitLfs(String url) implements SpecSource {}
}
