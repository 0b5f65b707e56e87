package dev.tenon.nn.lora;

import dev.tenon.checkpoint.Weights;
import dev.tenon.model.Network;
import dev.tenon.tensor.TensorData;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/**
 * SHA-256 over names, types, shapes and bytes of the weights that do not train, in the order of the
 * network's parameters. Computed once: they never change. Safe for threads.
 */
final class BaseDigest {
  private Optional<String> computed = Optional.empty();

  synchronized String of(Network base, Set<String> trained) {
    if (computed.isEmpty()) {
      computed = Optional.of(compute(base, trained));
    }
    return computed.orElseThrow();
  }

  private static String compute(Network base, Set<String> trained) {
    MessageDigest sha = sha256();
    for (String name : base.shapes().keySet()) {
      if (!trained.contains(name)) {
        Weights.Info info = base.weights().info(name);
        String line = name + ' ' + info.dtype() + ' ' + info.shape() + '\n';
        sha.update(line.getBytes(StandardCharsets.UTF_8));
        TensorData values = base.weights().read(name);
        for (ByteBuffer segment : values.segments()) {
          sha.update(segment.duplicate());
        }
      }
    }
    return HexFormat.of().formatHex(sha.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
