package dev.tenon.catalog.source.bucket;

import dev.tenon.catalog.internal.fetch.Download;
import dev.tenon.catalog.internal.fetch.Received;
import dev.tenon.catalog.net.TransferException;
import dev.tenon.catalog.net.WebRequest;
import dev.tenon.catalog.source.FetchListener;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.FileTree;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/**
 * One object as its server describes it.
 *
 * @param key of the object
 * @param bytes its size
 * @param etag with its quotes; the object has another one when it is written again; empty: any
 * @param sha256 of its content, where the server knows it
 * @param md5 of its content, where the etag is one: not for objects of several parts, nor for those
 *     encrypted with a key of a service
 */
record BucketObject(
    String key, long bytes, String etag, Optional<String> sha256, Optional<String> md5) {
  private static final Pattern MD5 = Pattern.compile("\"[0-9a-fA-F]{32}\"");
  private static final int PRECONDITION_FAILED = 412;

  /** Asks the server; nothing if there is no such object. */
  static Optional<BucketObject> find(S3 s3, String key) {
    return Listing.head(s3, key, x -> x.checksumMode(ChecksumMode.ENABLED)).map(x -> of(key, x));
  }

  /** A content whose digest is known, whatever the server says. */
  static BucketObject content(String key, BucketManifest.Entry entry) {
    return new BucketObject(key, entry.bytes(), "", Optional.of(entry.sha256()), Optional.empty());
  }

  private static BucketObject of(String key, HeadObjectResponse head) {
    ServerSideEncryption sse = head.serverSideEncryption();
    boolean plain =
        (sse == null || sse == ServerSideEncryption.AES256) && head.sseCustomerAlgorithm() == null;
    String etag = Optional.ofNullable(head.eTag()).orElse("");
    Optional<String> sha256 =
        head.checksumType() == ChecksumType.COMPOSITE
            ? Optional.empty()
            : Optional.ofNullable(head.checksumSHA256()).flatMap(BucketObject::hex);
    Optional<String> md5 =
        Optional.of(etag)
            .filter(x -> plain && MD5.matcher(x).matches())
            .map(x -> x.replace("\"", "").toLowerCase(Locale.ROOT));
    return new BucketObject(
        key, Optional.ofNullable(head.contentLength()).orElse(-1L), etag, sha256, md5);
  }

  private static Optional<String> hex(String base64) {
    try {
      byte[] bytes = Base64.getDecoder().decode(base64);
      return Optional.of(bytes).filter(x -> x.length == 32).map(HexFormat.of()::formatHex);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * Brings the object; goes on with what an earlier attempt left.
   *
   * @param name what listeners and messages call it
   * @throws InvalidInputException if what comes is not what the server promised
   */
  Received download(S3 s3, String name, Path file, Path part, FetchListener listener)
      throws IOException {
    if (sha256.isEmpty() && holds(file)) {
      listener.progress(name, bytes, bytes);
      return new Received(FileTree.sha256(file), bytes, 0);
    }
    Download download = Download.of(() -> request(s3), file).named(name).part(part).size(bytes);
    try {
      Received received = sha256.map(download::sha256).orElse(download).run(s3.web(), listener);
      checkMd5(name, file);
      return received;
    } catch (TransferException e) {
      throw e.status().orElse(0) == PRECONDITION_FAILED ? changed(name, e) : e;
    }
  }

  private WebRequest request(S3 s3) {
    WebRequest request = s3.get(key);
    return etag.isEmpty() ? request : request.header("If-Match", etag);
  }

  private static TransferException changed(String name, TransferException e) {
    return new TransferException(
        Problems.problem(name, "written again meanwhile", "an object that stays; try again"), e);
  }

  /** Whether an earlier attempt brought it. */
  private boolean holds(Path file) throws IOException {
    return md5.isPresent()
        && Files.isRegularFile(file)
        && Files.size(file) == bytes
        && HexFormat.of().formatHex(md5(file, 0, bytes)).equals(md5.get());
  }

  /** Reads the file once more, where nothing better than an MD5 tells that it is right. */
  private void checkMd5(String name, Path file) throws IOException {
    if (md5.isPresent() && sha256.isEmpty()) {
      String found = HexFormat.of().formatHex(md5(file, 0, Files.size(file)));
      if (!found.equals(md5.get())) {
        Files.delete(file);
        throw new InvalidInputException(
            Problems.problem("content of " + name, "MD5 " + found, md5.get() + ", its etag"));
      }
    }
  }

  /** The MD5 of a range of a file, which is how S3 checks a part. */
  static byte[] md5(Path file, long start, long length) throws IOException {
    MessageDigest digest = newMd5();
    try (InputStream in = new FileRange(file, start, length)) {
      byte[] buffer = new byte[1 << 16];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        digest.update(buffer, 0, count);
      }
    }
    return digest.digest();
  }

  private static MessageDigest newMd5() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
  }
}
