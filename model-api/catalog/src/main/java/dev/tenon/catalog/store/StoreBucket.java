package dev.tenon.catalog.store;

import dev.tenon.catalog.net.TransferException;
import dev.tenon.catalog.source.FetchListener;
import dev.tenon.catalog.source.bucket.BucketManifest;
import dev.tenon.catalog.source.bucket.BucketTrees;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnknownNameException;
import dev.tenon.internal.Durable;
import dev.tenon.internal.Json;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Versions on their way into a bucket and out of it, as {@code PREFIX/models/NAMESPACE/NAME} and
 * {@code PREFIX/datasets/…}. Safe for threads and processes.
 *
 * @param store of this machine
 * @param trees of the bucket
 */
public record StoreBucket(ModelStore store, BucketTrees trees) {
  private static final int SHORTEST_DIGEST = 8;

  /**
   * Sends a version: what the bucket has already is not sent again.
   *
   * @return what the bucket has now
   * @throws TransferException if it cannot be sent; the next call goes on
   */
  public BucketManifest push(StoredVersion version, FetchListener listener) {
    try (Lease lease = store.lease(version)) {
      Map<String, @Nullable Object> about = new LinkedHashMap<>();
      about.put("name", version.object().name());
      about.put("version", version.number());
      about.put("created", version.created().toString());
      about.put("record", RecordText.toMap(version.record()));
      return trees.push(name(version.object()), version.directory(), about, listener);
    }
  }

  private static String name(ObjectName object) {
    return object.kind().label() + "s/" + object.namespace() + "/" + object.name();
  }

  /**
   * Brings a version of the bucket and commits it, under the next number of its name here. One with
   * the same files that the name has already is returned as it is.
   *
   * @param version {@code latest} for that which was pushed last, the number that it had where it
   *     was pushed, or at least eight digits of its digest
   * @throws UnknownNameException if the bucket has none
   * @throws TransferException if it cannot be brought; the next call goes on
   * @throws InvalidInputException if what comes is not what was pushed
   */
  public StoredVersion pull(ObjectName object, String version, FetchListener listener) {
    BucketManifest manifest = manifest(object, version);
    Optional<StoredVersion> there = same(object, manifest);
    return there.isPresent() ? there.get() : bring(object, manifest, listener);
  }

  private Optional<StoredVersion> same(ObjectName object, BucketManifest manifest) {
    return store.versions(object).stream()
        .filter(x -> x.digest().equals(manifest.digest()))
        .reduce((a, b) -> b);
  }

  private BucketManifest manifest(ObjectName object, String version) {
    List<String> digests = trees.digests(name(object));
    if (version.equals(VersionRef.LATEST) && !digests.isEmpty()) {
      return trees.manifest(name(object), digests.get(0));
    }
    for (String digest : digests) {
      if (version.length() >= SHORTEST_DIGEST && digest.startsWith(version)) {
        return trees.manifest(name(object), digest);
      }
    }
    return digests.stream()
        .map(x -> trees.manifest(name(object), x))
        .filter(x -> version.equals(String.valueOf(x.about().get("version"))))
        .findFirst()
        .orElseThrow(() -> unknown(object, version, digests));
  }

  private UnknownNameException unknown(ObjectName object, String version, List<String> digests) {
    List<String> known = digests.stream().map(x -> x.substring(0, SHORTEST_DIGEST)).toList();
    return new UnknownNameException(
        Problems.problem(
            name(object) + " in " + trees.place(),
            version,
            known.isEmpty() ? "a name that was pushed" : "latest, a number or one of " + known));
  }

  /** Work stays below the home, so that a pull that was broken off is gone on with. */
  private StoredVersion bring(ObjectName object, BucketManifest manifest, FetchListener listener) {
    Path place = store.home().resolve("fetch").resolve("pull-" + manifest.digest());
    return Durable.run(
        place,
        "a writable directory",
        () -> {
          Files.createDirectories(Durable.parent(place));
          try (FileChannel channel = channel(place);
              FileLock lock = lock(channel, place)) {
            trees.pull(manifest, place, listener);
            StoredVersion committed = store.commit(object, place, record(manifest));
            check(manifest, committed);
            return committed;
          }
        });
  }

  private static FileChannel channel(Path place) throws IOException {
    return FileChannel.open(
        place.resolveSibling(place.getFileName() + ".lock"),
        StandardOpenOption.CREATE,
        StandardOpenOption.WRITE);
  }

  private static FileLock lock(FileChannel channel, Path place) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return lock;
      }
    } catch (OverlappingFileLockException e) {
      throw taken(place);
    }
    throw taken(place);
  }

  private static TransferException taken(Path place) {
    return new TransferException(
        Problems.problem(place.toString(), "being pulled", "one pull of a version at a time"));
  }

  private static VersionRecord record(BucketManifest manifest) {
    return RecordText.read(Json.compact(manifest.about().getOrDefault("record", Map.of())));
  }

  private static void check(BucketManifest manifest, StoredVersion committed) {
    if (!committed.digest().equals(manifest.digest())) {
      throw new InvalidInputException(
          Problems.problem("digest of " + committed.ref(), committed.digest(), manifest.digest()));
    }
  }
}
