package dev.tenon.backend.sharded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Writes on and knows the SHA-256 of what went through. One thread at a time. */
final class DigestChannel implements WritableByteChannel {
  private final WritableByteChannel target;
  private final MessageDigest digest;

  DigestChannel(WritableByteChannel target) {
    this.target = target;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  @Override
  public int write(ByteBuffer bytes) throws IOException {
    ByteBuffer seen = bytes.duplicate();
    int written = target.write(bytes);
    seen.limit(seen.position() + written);
    digest.update(seen);
    return written;
  }

  /** 64 hexadecimal digits; the next one starts anew. */
  String sha256() {
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public boolean isOpen() {
    return target.isOpen();
  }

  @Override
  public void close() throws IOException {
    target.close();
  }
}
