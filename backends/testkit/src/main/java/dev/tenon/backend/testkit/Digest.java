package dev.tenon.backend.testkit;

import dev.tenon.model.TrainEngine;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** Checksums, to see that something has not changed. */
final class Digest {
  private Digest() {}

  static long of(NamedArray array) {
    CRC32C crc = new CRC32C();
    array.flatten().forEach((name, tensor) -> update(crc, name, tensor));
    crc.update(array.metadata().toString().getBytes(StandardCharsets.UTF_8));
    return crc.getValue();
  }

  /** Of all weights; the order in which they are handed out counts. */
  static long ofParameters(TrainEngine engine) {
    CRC32C crc = new CRC32C();
    engine.parameters((name, tensor) -> update(crc, name, tensor));
    return crc.getValue();
  }

  private static void update(CRC32C crc, String name, TensorData tensor) {
    crc.update((name + tensor.dtype() + tensor.shape()).getBytes(StandardCharsets.UTF_8));
    for (ByteBuffer segment : tensor.segments()) {
      crc.update(segment);
    }
  }
}
