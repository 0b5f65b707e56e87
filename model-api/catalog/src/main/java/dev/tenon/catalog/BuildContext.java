package dev.tenon.catalog;

import dev.tenon.catalog.source.image.ImageSource;
import dev.tenon.catalog.store.StoredVersion;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;

/** Tells versions that are a model from those that say how a container image makes one. */
final class BuildContext {
  private BuildContext() {}

  /** Whether a version is a build context. */
  static boolean is(StoredVersion version) {
    return ImageSource.KIND.equals(version.record().lineage().origin().get("kind"));
  }

  /**
   * The version, if it is a model.
   *
   * @throws InvalidInputException if it is a build context
   */
  static StoredVersion model(StoredVersion version) {
    if (is(version)) {
      throw new InvalidInputException(
          Problems.problem(
              "files of " + version.object().text(),
              "a build context, " + version.ref().text(),
              cure(version)));
    }
    return version;
  }

  /** What a user does with it. */
  static String cure(StoredVersion version) {
    return "run the image as its README.md says, then tenon upload "
        + version.object().text()
        + " DIR";
  }
}
