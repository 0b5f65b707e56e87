package dev.tenon.catalog.source.hub;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Container images whose only work is to load files, with the kind of source that does the same
 * here. Immutable.
 *
 * @param kinds of source by image name, without registry, tag and digest
 */
public record LoaderImages(Map<String, String> kinds) {
  /** The kind of {@link HubSource}; {@code params.name} names the repository. */
  public static final String HUB = "hub";

  /** The images that are known. */
  public static final LoaderImages KNOWN =
      new LoaderImages(
          Map.of(
              "substratusai/hf-model-loader", HUB,
              "substratusai/model-loader-huggingface", HUB));

  /** Copies, sorted. */
  public LoaderImages {
    kinds = Collections.unmodifiableMap(new TreeMap<>(kinds));
  }

  /**
   * Knows one more image.
   *
   * @param image its name; registry {@code docker.io}, tag and digest are dropped
   * @throws InvalidInputException if image or kind is blank
   */
  public LoaderImages with(String image, String kind) {
    if (name(image).isBlank() || kind.isBlank()) {
      throw new InvalidInputException(
          Problems.problem("loader image", image + ", " + kind, "an image and a kind of source"));
    }
    Map<String, String> more = new TreeMap<>(kinds);
    more.put(name(image), kind);
    return new LoaderImages(more);
  }

  /** The kind of source that an image stands for. */
  public Optional<String> kind(String image) {
    return Optional.ofNullable(kinds.get(name(image)));
  }

  /** {@code docker.io/substratusai/x:v1@sha256:…} as {@code substratusai/x}. */
  private static String name(String image) {
    String bare = image.strip().toLowerCase(Locale.ROOT).replaceFirst("@.*", "");
    return bare.replaceFirst(":[^/]*$", "").replaceFirst("^(index[.])?docker[.]io/", "");
  }
}
