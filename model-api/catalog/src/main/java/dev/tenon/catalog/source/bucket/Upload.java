package dev.tenon.catalog.source.bucket;

import dev.tenon.catalog.internal.transfer.InParallel;
import dev.tenon.catalog.source.FetchListener;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.Part;

/**
 * Contents on their way into a bucket. Each request carries the MD5 of what it sends, which the
 * server checks. Safe for threads.
 */
final class Upload {
  private static final String SHA256 = "sha256";
  private static final String BYTES = "application/octet-stream";
  private static final long MOST_PARTS = 10_000;
  private static final long MEBIBYTE = 1 << 20;
  private static final int AT_ONCE = 4;

  private final S3 s3;
  private final long partBytes;
  private final Path directory;
  private final FetchListener listener;

  Upload(S3 s3, long partBytes, Path directory, FetchListener listener) {
    this.s3 = s3;
    this.partBytes = partBytes;
    this.directory = directory;
    this.listener = listener;
  }

  boolean isLarge(Path file) throws UncheckedIOException {
    return size(file) > partBytes;
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String key(String sha256) {
    return s3.place().key("blobs/" + sha256);
  }

  private String shown(String key) {
    return "s3://" + s3.place().bucket() + "/" + key;
  }

  private String name(Path file) {
    return directory.relativize(file).toString().replace('\\', '/');
  }

  /** Those contents, by SHA-256, that the bucket does not have with the same size and digest. */
  List<Map.Entry<String, Path>> missing(SortedMap<String, Path> contents) throws IOException {
    SortedMap<String, Path> missing = new ConcurrentSkipListMap<>();
    InParallel.run(
        AT_ONCE,
        contents.entrySet(),
        each -> {
          Optional<HeadObjectResponse> head = Listing.head(s3, key(each.getKey()), x -> {});
          if (head.filter(x -> isSame(x, each.getKey(), each.getValue())).isEmpty()) {
            missing.put(each.getKey(), each.getValue());
          } else {
            long size = size(each.getValue());
            listener.progress(name(each.getValue()), size, size);
          }
        });
    return List.copyOf(missing.entrySet());
  }

  private static boolean isSame(HeadObjectResponse head, String sha256, Path file) {
    return head.contentLength() == size(file) && sha256.equals(head.metadata().get(SHA256));
  }

  /** Sends a content in one request. */
  void small(String sha256, Path file) throws IOException {
    long size = Files.size(file);
    s3.ask(
        shown(key(sha256)),
        () ->
            s3.client()
                .putObject(
                    x ->
                        x.bucket(s3.place().bucket())
                            .key(key(sha256))
                            .contentMD5(md5(file, 0, size))
                            .metadata(Map.of(SHA256, sha256)),
                    body(file, 0, size)));
    listener.progress(name(file), size, size);
  }

  /** Sends a text under a key of its own. */
  void text(String key, byte[] text) {
    s3.ask(
        shown(key),
        () ->
            s3.client()
                .putObject(
                    x -> x.bucket(s3.place().bucket()).key(key).contentType("application/json"),
                    RequestBody.fromBytes(text)));
  }

  /** Sends a content in parts; goes on with an upload of the same key. */
  void large(String sha256, Path file) throws IOException {
    String key = key(sha256);
    long size = Files.size(file);
    String id = unfinished(key).orElseGet(() -> begin(key, sha256));
    List<Range> ranges = ranges(size);
    List<CompletedPart> done = new ArrayList<>(sent(key, id, file, ranges));
    AtomicLong bytes = new AtomicLong();
    List<Range> rest = new ArrayList<>(ranges);
    for (CompletedPart each : done) {
      Range range = ranges.get(each.partNumber() - 1);
      bytes.addAndGet(range.length());
      rest.remove(range);
    }
    listener.progress(name(file), bytes.get(), size);
    ConcurrentLinkedQueue<CompletedPart> more = new ConcurrentLinkedQueue<>();
    InParallel.run(
        AT_ONCE,
        rest,
        range -> {
          more.add(send(key, id, file, range));
          listener.progress(name(file), bytes.addAndGet(range.length()), size);
        });
    done.addAll(more);
    done.sort(Comparator.comparing(CompletedPart::partNumber));
    s3.ask(
        shown(key),
        () ->
            s3.client()
                .completeMultipartUpload(
                    x ->
                        x.bucket(s3.place().bucket())
                            .key(key)
                            .uploadId(id)
                            .multipartUpload(y -> y.parts(done))));
  }

  private Optional<String> unfinished(String key) {
    return s3.ask(
        shown(key),
        () ->
            s3
                .client()
                .listMultipartUploads(x -> x.bucket(s3.place().bucket()).prefix(key))
                .uploads()
                .stream()
                .filter(x -> x.key().equals(key))
                .max(Comparator.comparing(MultipartUpload::initiated))
                .map(MultipartUpload::uploadId));
  }

  private String begin(String key, String sha256) {
    return s3.ask(
        shown(key),
        () ->
            s3.client()
                .createMultipartUpload(
                    x -> x.bucket(s3.place().bucket()).key(key).metadata(Map.of(SHA256, sha256)))
                .uploadId());
  }

  private List<Range> ranges(long size) {
    long least = (size + MOST_PARTS - 1) / MOST_PARTS;
    long bytes = Math.max(partBytes, (least + MEBIBYTE - 1) / MEBIBYTE * MEBIBYTE);
    List<Range> ranges = new ArrayList<>();
    for (long start = 0; start < size; start += bytes) {
      ranges.add(new Range(ranges.size() + 1, start, Math.min(bytes, size - start)));
    }
    return ranges;
  }

  /** Parts that the server has and that are what would be sent. */
  private List<CompletedPart> sent(String key, String id, Path file, List<Range> ranges) {
    return s3.ask(
        shown(key),
        () ->
            s3
                .client()
                .listPartsPaginator(x -> x.bucket(s3.place().bucket()).key(key).uploadId(id))
                .parts()
                .stream()
                .filter(x -> x.partNumber() >= 1 && x.partNumber() <= ranges.size())
                .filter(x -> isRight(x, file, ranges.get(x.partNumber() - 1)))
                .map(x -> completed(x.partNumber(), x.eTag()))
                .toList());
  }

  private static boolean isRight(Part part, Path file, Range range) {
    String md5 = md5(file, range.start(), range.length());
    String hex = HexFormat.of().formatHex(Base64.getDecoder().decode(md5));
    return part.size() == range.length() && part.eTag().replace("\"", "").equalsIgnoreCase(hex);
  }

  private CompletedPart send(String key, String id, Path file, Range range) {
    String etag =
        s3.ask(
            shown(key) + " part " + range.number(),
            () ->
                s3.client()
                    .uploadPart(
                        x ->
                            x.bucket(s3.place().bucket())
                                .key(key)
                                .uploadId(id)
                                .partNumber(range.number())
                                .contentMD5(md5(file, range.start(), range.length())),
                        body(file, range.start(), range.length()))
                    .eTag());
    return completed(range.number(), etag);
  }

  private static CompletedPart completed(int number, String etag) {
    return CompletedPart.builder().partNumber(number).eTag(etag).build();
  }

  private static String md5(Path file, long start, long length) {
    try {
      return Base64.getEncoder().encodeToString(BucketObject.md5(file, start, length));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static RequestBody body(Path file, long start, long length) {
    return RequestBody.fromContentProvider(() -> open(file, start, length), length, BYTES);
  }

  private static InputStream open(Path file, long start, long length) {
    try {
      return new FileRange(file, start, length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A part, counted from 1. */
  private record Range(int number, long start, long length) {}
}
