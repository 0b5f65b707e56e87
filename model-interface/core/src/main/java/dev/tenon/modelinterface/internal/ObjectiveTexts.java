package dev.tenon.modelinterface.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The texts of objectives, which lie as resources beside the classes that use them. */
public final class ObjectiveTexts {
  private ObjectiveTexts() {}

  /** The text {@code name.torchscript} beside a class. */
  public static String read(Class<?> owner, String name) {
    String file = name + ".torchscript";
    try (InputStream stream = owner.getResourceAsStream(file)) {
      if (stream == null) {
        throw new IllegalStateException(file + ": missing (expected: a file of this jar)");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
