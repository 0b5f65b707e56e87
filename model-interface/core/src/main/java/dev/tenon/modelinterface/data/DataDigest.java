package dev.tenon.modelinterface.data;

import dev.tenon.checkpoint.NamedArrayFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.OptionalLong;

/** SHA-256 of a dataset's items, as {@link NamedArrayFormat} writes them, and of their order. */
final class DataDigest implements WritableByteChannel {
  private final MessageDigest digest;

  private DataDigest() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  static String of(Dataset dataset, BatchSize size, OptionalLong seed) {
    DataDigest digest = new DataDigest();
    String plan = dataset.size() + " items, " + size + ", " + seed;
    digest.write(ByteBuffer.wrap(plan.getBytes(StandardCharsets.UTF_8)));
    try {
      for (int i = 0; i < dataset.size(); i++) {
        NamedArrayFormat.write(digest, dataset.item(i));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return HexFormat.of().formatHex(digest.digest.digest());
  }

  @Override
  public int write(ByteBuffer bytes) {
    int count = bytes.remaining();
    digest.update(bytes);
    return count;
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public void close() {
    // Nothing is held.
  }
}
