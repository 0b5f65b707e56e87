package dev.tenon.nn.fuzz;

import dev.tenon.checkpoint.SafetensorsFile;
import dev.tenon.checkpoint.ShardedWeights;
import dev.tenon.checkpoint.Weights;
import dev.tenon.error.TenonException;
import dev.tenon.nn.checkpoint.Families;
import dev.tenon.nn.config.ConfigFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Any bytes to any of the readers of files from outside: whatever they do, a {@link TenonException}
 * or a result comes back. The first byte chooses the reader. Jazzer calls {@link
 * #fuzzerTestOneInput}; CONTRIBUTING tells how to start it.
 */
public final class FuzzTarget {
  /** More than a fuzzer's input could honestly need. */
  private static final long READ_AT_MOST = 1 << 20;

  private static final String TENSOR =
      "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
  private static final Path DIRECTORY = directory();

  private FuzzTarget() {}

  /** One input. */
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length == 0) {
      return;
    }
    byte[] rest = java.util.Arrays.copyOfRange(input, 1, input.length);
    try {
      switch (input[0] % 4) {
        case 0 -> readAll(SafetensorsFile.open(write("model.safetensors", rest)));
        case 1 -> readAll(SafetensorsFile.open(write("model.safetensors", withLength(rest))));
        case 2 -> readAll(ShardedWeights.open(write("model.safetensors.index.json", rest)));
        default -> config(rest);
      }
    } catch (TenonException e) {
      if (e.getMessage() == null || e.getMessage().isBlank()) {
        throw new IllegalStateException("message: none (expected: what is wrong)", e);
      }
    }
  }

  private static void readAll(Weights weights) {
    for (String name : weights.names()) {
      try {
        if (weights.info(name).bytes() <= READ_AT_MOST) {
          weights.read(name);
        }
        weights.region(name);
      } catch (TenonException e) {
        // A type that only newer files have: listed, not read.
      }
    }
  }

  private static void config(byte[] text) {
    ConfigFile file = ConfigFile.read(write("config.json", text));
    var families = Families.standard();
    for (String family : families.names()) {
      try {
        families.get(family).read(file.reader());
      } catch (TenonException e) {
        // The other family may read it.
      }
    }
  }

  /** A header's length before it, so that a fuzzer need not find it. */
  private static byte[] withLength(byte[] header) {
    int end = 0;
    while (end < header.length && header[end] != 0) {
      end++;
    }
    byte[] all = new byte[8 + header.length];
    for (int i = 0; i < 4; i++) {
      all[i] = (byte) (end >>> (8 * i));
    }
    System.arraycopy(header, 0, all, 8, header.length);
    return all;
  }

  private static Path write(String name, byte[] bytes) {
    try {
      return Files.write(DIRECTORY.resolve(name), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** With one good shard beside what is fuzzed. */
  private static Path directory() {
    try {
      Path directory = Files.createTempDirectory("tenon-fuzz");
      byte[] header = (TENSOR + "\0\0\0\0\0\0\0\0").getBytes(StandardCharsets.UTF_8);
      Files.write(directory.resolve("a.safetensors"), withLength(header));
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
