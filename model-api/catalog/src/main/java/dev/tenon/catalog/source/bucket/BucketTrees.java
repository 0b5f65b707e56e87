package dev.tenon.catalog.source.bucket;

import dev.tenon.catalog.internal.transfer.InParallel;
import dev.tenon.catalog.internal.transfer.Listeners;
import dev.tenon.catalog.net.TransferException;
import dev.tenon.catalog.net.Web;
import dev.tenon.catalog.net.WebRequest;
import dev.tenon.catalog.source.FetchListener;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Durable;
import dev.tenon.internal.FileTree;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Trees of files that a part of a bucket keeps, each content once:
 *
 * <pre>{@code
 * PREFIX/blobs/SHA256          a content; its metadata has the same sha256
 * PREFIX/NAME/DIGEST.json      a tree, written when all its contents are there
 * }</pre>
 *
 * Large contents are sent in parts. What a broken push sent is not sent again; an upload that is
 * never gone on with stays in the bucket until a rule of its server removes it. Immutable and safe
 * for threads and processes.
 *
 * @param web which has to be let to the server
 * @param server whose bucket
 * @param place the part of it
 * @param partBytes of a part, 8 to 64 MiB; a content of more than 10,000 parts has larger ones
 */
public record BucketTrees(Web web, BucketServer server, BucketPlace place, long partBytes) {
  private static final long MEBIBYTE = 1 << 20;
  private static final int AT_ONCE = 4;
  private static final String JSON = ".json";

  /**
   * Checks.
   *
   * @throws InvalidInputException for another size of parts
   */
  public BucketTrees {
    if (partBytes < 8 * MEBIBYTE || partBytes > 64 * MEBIBYTE) {
      throw new InvalidInputException(
          Problems.problem("bytes of a part", partBytes, "from 8 to 64 MiB"));
    }
  }

  /** With parts of 16 MiB. */
  public static BucketTrees of(Web web, BucketServer server, BucketPlace place) {
    return new BucketTrees(web, server, place, 16 * MEBIBYTE);
  }

  /**
   * Sends a tree.
   *
   * @param name below the prefix, names with slashes between them
   * @param directory whose files are sent; they must not change meanwhile
   * @param about kept with it; values of JSON
   * @return what the bucket has now
   * @throws TransferException if it cannot be sent; the next call goes on
   */
  public BucketManifest push(
      String name, Path directory, Map<String, @Nullable Object> about, FetchListener listener) {
    return Durable.run(
        directory,
        "a readable directory",
        () -> {
          try (S3 s3 = new S3(web, server, place)) {
            return push(s3, name, directory, about, Listeners.oneAtATime(listener));
          }
        });
  }

  private BucketManifest push(
      S3 s3,
      String name,
      Path directory,
      Map<String, @Nullable Object> about,
      FetchListener listener)
      throws IOException {
    SortedMap<String, BucketManifest.Entry> entries = new TreeMap<>();
    SortedMap<String, String> digests = new TreeMap<>();
    SortedMap<String, Path> contents = new TreeMap<>();
    for (Map.Entry<String, Path> each : FileTree.files(directory).entrySet()) {
      String sha256 = FileTree.sha256(each.getValue());
      entries.put(each.getKey(), new BucketManifest.Entry(Files.size(each.getValue()), sha256));
      digests.put(each.getKey(), sha256);
      contents.put(sha256, each.getValue());
    }
    BucketManifest manifest = new BucketManifest(FileTree.digest(digests), entries, about);
    Upload upload = new Upload(s3, partBytes, directory, listener);
    List<Map.Entry<String, Path>> missing = upload.missing(contents);
    InParallel.run(
        AT_ONCE,
        missing.stream().filter(x -> !upload.isLarge(x.getValue())).toList(),
        x -> upload.small(x.getKey(), x.getValue()));
    for (Map.Entry<String, Path> each : missing) {
      if (upload.isLarge(each.getValue())) {
        upload.large(each.getKey(), each.getValue());
      }
    }
    upload.text(key(name, manifest.digest()), manifest.json());
    return manifest;
  }

  private String key(String name, String digest) {
    return place.key(new BucketPlace(place.bucket(), name).key(digest + JSON));
  }

  /** The digests of the trees of a name, that which was pushed last first. */
  public List<String> digests(String name) {
    try (S3 s3 = new S3(web, server, place)) {
      String prefix = key(name, "").replaceFirst(JSON + "$", "");
      return Listing.below(s3, prefix).stream()
          .filter(x -> x.key().substring(prefix.length()).matches("[0-9a-f]{64}" + JSON))
          .sorted(Comparator.comparing(S3Object::lastModified).reversed())
          .map(x -> x.key().substring(prefix.length()).replace(JSON, ""))
          .toList();
    }
  }

  /**
   * What a tree has.
   *
   * @throws TransferException if there is none
   * @throws InvalidInputException if it is not what it says
   */
  public BucketManifest manifest(String name, String digest) {
    try (S3 s3 = new S3(web, server, place)) {
      String key = key(name, digest);
      String shown = "s3://" + place.bucket() + "/" + key;
      Optional<BucketObject> object = BucketObject.find(s3, key);
      if (object.isEmpty() || object.get().bytes() > WebRequest.ANSWER) {
        throw new TransferException(
            Problems.problem(
                shown,
                object.map(x -> x.bytes() + " bytes").orElse("missing"),
                "a tree that was pushed, at most " + WebRequest.ANSWER + " bytes of JSON"));
      }
      ResponseBytes<GetObjectResponse> text =
          s3.ask(shown, () -> s3.client().getObjectAsBytes(x -> x.bucket(place.bucket()).key(key)));
      BucketManifest manifest = BucketManifest.parse(text.asByteArray(), shown);
      if (!manifest.digest().equals(digest)) {
        throw new InvalidInputException(
            Problems.problem("digest in " + shown, manifest.digest(), digest));
      }
      return manifest;
    }
  }

  /**
   * Brings the files of a tree, verified. What is in the directory already and is right is not
   * asked for again; unfinished files wait in {@code .<name>.parts} beside it.
   *
   * @param directory which may hold what a broken call brought, and nothing else
   * @throws TransferException if they cannot be brought; call again
   * @throws InvalidInputException if a content is not what it was, or there is no room
   */
  public void pull(BucketManifest manifest, Path directory, FetchListener listener) {
    Path parts = directory.resolveSibling("." + directory.getFileName() + ".parts");
    Durable.run(
        directory,
        "a writable directory",
        () -> {
          try (S3 s3 = new S3(web, server, place)) {
            Files.createDirectories(directory);
            checkRoom(manifest, directory);
            Pull pull = new Pull(s3, manifest, directory, parts, Listeners.oneAtATime(listener));
            InParallel.run(AT_ONCE, manifest.files().entrySet(), pull::file);
            Durable.deleteTree(parts);
            FileTree.sync(directory);
            return directory;
          }
        });
  }

  private static void checkRoom(BucketManifest manifest, Path directory) throws IOException {
    long there = 0;
    for (Path each : FileTree.files(directory).values()) {
      there += Files.size(each);
    }
    long room = Files.getFileStore(directory).getUsableSpace();
    if (manifest.bytes() - there > room) {
      throw new InvalidInputException(
          Problems.problem("bytes of the tree", manifest.bytes(), "at most " + room + " free"));
    }
  }

  /** One pull. */
  private record Pull(
      S3 s3, BucketManifest manifest, Path directory, Path parts, FetchListener listener) {
    void file(Map.Entry<String, BucketManifest.Entry> file) throws IOException {
      String path = file.getKey();
      Path target = directory.resolve(path);
      Files.createDirectories(Durable.parent(target));
      byte[] name = FileTree.sha256().digest(path.getBytes(StandardCharsets.UTF_8));
      Path part = parts.resolve(HexFormat.of().formatHex(name));
      BucketObject.content(s3.place().key("blobs/" + file.getValue().sha256()), file.getValue())
          .download(s3, path, target, part, listener);
    }
  }

  /** Without keys. */
  @Override
  public String toString() {
    return "BucketTrees[" + place + " at " + server.endpoint() + "]";
  }
}
