package dev.tenon.nn.internal;

import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Problems;
import java.nio.file.FileSystemException;

/** Says what to do about a native library that cannot be loaded. */
public final class NativeFailure {
  private NativeFailure() {}

  /**
   * The exception to throw.
   *
   * @param library its name
   * @param cause what DJL threw
   * @param otherwise what is expected when the cause is none of the known ones
   */
  public static UnsupportedFeatureException of(String library, Throwable cause, String otherwise) {
    return new UnsupportedFeatureException(problem(library, root(cause), otherwise), cause);
  }

  private static String problem(String library, Throwable root, String otherwise) {
    String text = String.valueOf(root.getMessage());
    if (text.contains("already loaded in another classloader")) {
      return Problems.problem(
          library,
          "loaded by another class loader of this JVM",
          "one class loader for DJL and Tenon: put their jars where the applications share them,"
              + " and start the JVM anew");
    }
    if (root instanceof ClassNotFoundException) {
      return Problems.problem(
          library, "class " + text + " is missing", "the DJL artifacts of the Tenon that is used");
    }
    if (root instanceof FileSystemException || text.contains("No space left")) {
      return Problems.problem(
          library,
          "cannot be unpacked: " + root.getClass().getSimpleName() + " " + text,
          "a directory that can be written, with 500 MB free, in DJL_CACHE_DIR");
    }
    return Problems.problem(library, text, otherwise);
  }

  private static Throwable root(Throwable thrown) {
    Throwable root = thrown;
    for (Throwable cause = root; cause != null; cause = cause.getCause()) {
      root = cause;
    }
    return root;
  }
}
