package dev.tenon.catalog.source.bucket;

import dev.tenon.catalog.internal.archive.ArchiveBudget;
import dev.tenon.catalog.internal.archive.ArchiveFormat;
import dev.tenon.catalog.internal.archive.ArchiveReader;
import dev.tenon.catalog.internal.fetch.Filling;
import dev.tenon.catalog.internal.fetch.Received;
import dev.tenon.catalog.internal.fetch.Staging;
import dev.tenon.catalog.internal.path.TreePaths;
import dev.tenon.catalog.internal.transfer.InParallel;
import dev.tenon.catalog.internal.transfer.Listeners;
import dev.tenon.catalog.net.TransferException;
import dev.tenon.catalog.net.Web;
import dev.tenon.catalog.source.FetchListener;
import dev.tenon.catalog.source.Fetched;
import dev.tenon.catalog.source.ModelSource;
import dev.tenon.internal.Durable;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * The objects below a prefix of a bucket as files, or the files of one object that is an archive by
 * its name. Sizes and what the server knows of contents are checked. Immutable and safe for
 * threads.
 *
 * @param web which has to be let to the endpoint
 * @param server whose bucket
 * @param place the prefix, or the key of an object
 */
public record BucketSource(Web web, BucketServer server, BucketPlace place) implements ModelSource {
  private static final int AT_ONCE = 4;
  private static final long MOST_UNPACKED = 1L << 40;

  @Override
  public Fetched fetch(Path destination, FetchListener listener) {
    return Staging.into(destination, asked(), filling -> fill(filling, listener));
  }

  private Map<String, String> asked() {
    Map<String, String> asked = new TreeMap<>();
    asked.put("kind", "bucket");
    asked.put("endpoint", server.endpoint());
    asked.put("url", place.toString());
    return asked;
  }

  private Map<String, String> fill(Filling filling, FetchListener listener) throws IOException {
    try (S3 s3 = new S3(web, server, place)) {
      Optional<BucketObject> archive =
          ArchiveFormat.named(place.prefix()).isPresent()
              ? BucketObject.find(s3, place.prefix())
              : Optional.empty();
      Map<String, String> origin = asked();
      if (archive.isPresent()) {
        origin.put("etag", archive.get().etag().replace("\"", ""));
        unpack(s3, archive.get(), filling, listener);
      } else {
        bring(s3, objects(s3), filling, Listeners.oneAtATime(listener));
      }
      return origin;
    }
  }

  private void unpack(S3 s3, BucketObject object, Filling filling, FetchListener listener)
      throws IOException {
    String name = lastName(object.key());
    Path archive = filling.work().resolve(name);
    object.download(s3, name, archive, filling.part(object.key()), listener);
    Durable.deleteTree(filling.directory());
    ArchiveReader.extractInner(
        archive, filling.directory(), ArchiveBudget.model(filling.work(), MOST_UNPACKED));
  }

  /** Key by path; the object that the prefix names itself has its last name. */
  private Map<String, String> objects(S3 s3) {
    Map<String, String> keys = new TreeMap<>();
    String below = place.key("");
    List<S3Object> found = Listing.below(s3, below);
    found.forEach(x -> keys.put(x.key().substring(below.length()), x.key()));
    if (keys.isEmpty() && !place.prefix().isEmpty()) {
      BucketObject.find(s3, place.prefix()).ifPresent(x -> keys.put(lastName(x.key()), x.key()));
    }
    if (keys.isEmpty()) {
      throw new TransferException(
          Problems.problem(
              place + " at " + server.endpoint(), "no object", "objects below this path"));
    }
    TreePaths.check(place.toString(), keys.keySet());
    return keys;
  }

  private static String lastName(String key) {
    return key.substring(key.lastIndexOf('/') + 1);
  }

  private void bring(S3 s3, Map<String, String> keys, Filling filling, FetchListener listener)
      throws IOException {
    filling.retain(keys.keySet());
    InParallel.run(
        AT_ONCE,
        keys.entrySet(),
        each -> {
          String path = each.getKey();
          Path file = filling.directory().resolve(path);
          Files.createDirectories(Durable.parent(file));
          BucketObject object =
              BucketObject.find(s3, each.getValue()).orElseThrow(() -> gone(path));
          Received received = object.download(s3, path, file, filling.part(path), listener);
          filling.known(path, received.sha256());
        });
  }

  private TransferException gone(String path) {
    return new TransferException(
        Problems.problem(path + " of " + place, "deleted meanwhile", "an object; try again"));
  }

  /** Without keys. */
  @Override
  public String toString() {
    return "BucketSource[" + place + " at " + server.endpoint() + "]";
  }
}
