package dev.tenon.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Tells TorchScript archives from other zip files, such as PyTorch's pickled weights, without
 * reading what is in them. Safe for threads.
 */
public final class TorchScriptFiles {
  /** How such a file is opened, for messages of whoever refuses it. */
  public static final String HOW =
      "a TorchScript file runs its own code, so only the model type torchscript opens it"
          + " (dev.tenon.nn.TorchScriptModelFactory, which the application registers)";

  private TorchScriptFiles() {}

  /** Whether a file is a zip with TorchScript's code and constants under one folder. */
  public static boolean isOne(Path file) {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (ZipFile zip = new ZipFile(file.toFile())) {
      return has(zip, "[^/]+/constants\\.pkl") && has(zip, "[^/]+/code/.*");
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean has(ZipFile zip, String pattern) {
    return zip.stream().map(ZipEntry::getName).anyMatch(x -> x.matches(pattern));
  }
}
