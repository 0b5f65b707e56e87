package dev.tenon.catalog.internal.fetch;

import dev.tenon.internal.FileTree;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** The digests of a file, of as much of it as was seen. For one thread. */
final class Digests {
  private final MessageDigest sha256 = FileTree.sha256();
  private final Optional<MessageDigest> gitBlob;
  private long bytes;

  /** Those that a download is checked by, of no bytes yet. */
  Digests(Download download) {
    gitBlob = download.gitBlob().map(x -> blob(download.size().orElseThrow()));
  }

  private static MessageDigest blob(long size) {
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      sha1.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
      return sha1;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }

  void add(byte[] buffer, int count) {
    sha256.update(buffer, 0, count);
    gitBlob.ifPresent(x -> x.update(buffer, 0, count));
    bytes += count;
  }

  Digests addFile(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[Relay.BUFFER];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        add(buffer, count);
      }
    }
    return this;
  }

  long bytes() {
    return bytes;
  }

  /** What was seen; nothing can be added afterwards. */
  Seen seen() {
    return new Seen(hex(sha256), gitBlob.map(Digests::hex));
  }

  private static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Digests in hexadecimal digits. */
  record Seen(String sha256, Optional<String> gitBlob) {
    boolean isExpectedBy(Download download) {
      return download.sha256().orElse(sha256).equals(sha256) && download.gitBlob().equals(gitBlob);
    }

    @Override
    public String toString() {
      return "sha256 " + sha256 + gitBlob.map(x -> ", git blob " + x).orElse("");
    }
  }
}
