package dev.tenon.backend.sharded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The packages of the ranks, pinned. */
final class PythonRequirements {
  /** Installed first. */
  static final String BASE = "requirements.txt";

  /** Built against the torch that is there then. */
  static final String DEEPSPEED = "requirements-deepspeed.txt";

  private PythonRequirements() {}

  /** What must be there for a library. */
  static List<String> packages(ShardingEngine engine) {
    List<String> base = List.of("torch", "numpy", "safetensors");
    return engine == ShardingEngine.FSDP2
        ? base
        : List.of("torch", "numpy", "safetensors", "deepspeed");
  }

  /** A package with its version. */
  static String pinned(String name) {
    Map<String, String> pins = new LinkedHashMap<>();
    (text(BASE) + text(DEEPSPEED))
        .lines()
        .filter(line -> line.contains("=="))
        .forEach(line -> pins.put(line.split("==", -1)[0], line));
    return Objects.requireNonNull(pins.get(name), name);
  }

  /** 64 hexadecimal digits that change with the requirements. */
  static String digest() {
    try {
      byte[] bytes = (text(BASE) + text(DEEPSPEED)).getBytes(UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  static String text(String file) {
    try (InputStream in = PythonRequirements.class.getResourceAsStream(file)) {
      return new String(Objects.requireNonNull(in, file).readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
