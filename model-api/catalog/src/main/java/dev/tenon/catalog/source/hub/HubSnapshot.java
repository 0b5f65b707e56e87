package dev.tenon.catalog.source.hub;

import dev.tenon.catalog.internal.fetch.Download;
import dev.tenon.catalog.internal.fetch.Received;
import dev.tenon.catalog.internal.path.TreePaths;
import dev.tenon.catalog.internal.transfer.InParallel;
import dev.tenon.catalog.internal.transfer.Listeners;
import dev.tenon.catalog.net.TransferException;
import dev.tenon.catalog.source.FetchListener;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Durable;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A commit of the hub, whose files come into the cache and from there where they are wanted. */
final class HubSnapshot implements HubSource.Snapshot {
  private static final int AT_ONCE = 4;

  private final HubSource source;
  private final HubAnswers answers;
  private final HubApi api;
  private final HubCache cache;
  private final String commit;
  private final List<HubFile> files;

  private HubSnapshot(
      HubSource source, HubAnswers answers, HubApi api, HubCache cache, HubListing listing) {
    this.source = source;
    this.answers = answers;
    this.api = api;
    this.cache = cache;
    this.commit = listing.commit();
    this.files = source.selection().of(listing.files());
  }

  /** Asks what the revision is, but for a commit that the cache has a list of. */
  static HubSnapshot of(HubSource source) throws IOException {
    HubSettings settings = source.settings();
    HubAnswers answers = new HubAnswers(settings, source.repo(), source.revision());
    HubApi api = new HubApi(source.web(), settings, source.repo(), answers);
    HubCache cache = new HubCache(settings, source.repo());
    Optional<HubListing> cached =
        HubApi.isCommit(source.revision()) ? cache.listing(source.revision()) : Optional.empty();
    HubListing listing = cached.isPresent() ? cached.get() : listed(source, api, cache);
    HubSnapshot snapshot = new HubSnapshot(source, answers, api, cache, listing);
    snapshot.check();
    return snapshot;
  }

  private static HubListing listed(HubSource source, HubApi api, HubCache cache)
      throws IOException {
    HubListing listing = api.listing(source.revision());
    TreePaths.check(source.repo().id(), listing.files().stream().map(HubFile::path).toList());
    cache.keep(listing);
    cache.refer(source.revision(), listing.commit());
    return listing;
  }

  private void check() {
    String id = source.repo().id();
    TreePaths.check(id, files.stream().map(HubFile::path).toList());
    if (files.isEmpty()) {
      throw new InvalidInputException(
          Problems.problem(
              "files of " + id + " at " + source.revision(),
              "none",
              source.selection().toString()));
    }
  }

  @Override
  public String commit() {
    return commit;
  }

  @Override
  public Map<String, String> bring(Path directory, FetchListener listener) throws IOException {
    Map<String, String> sha256 = new ConcurrentHashMap<>();
    FetchListener one = Listeners.oneAtATime(listener);
    InParallel.run(
        AT_ONCE,
        files,
        file -> {
          sha256.put(file.path(), cached(api.completed(commit, file), one));
          Path target = directory.resolve(file.path());
          Files.createDirectories(Durable.parent(target));
          Files.deleteIfExists(target);
          HubCache.link(cache.pointer(commit, file.path()), target);
        });
    return sha256;
  }

  private String cached(HubFile file, FetchListener listener) throws IOException {
    String etag = file.etag().orElseThrow();
    try (BlobLock lock = cache.lock(etag)) {
      cache.adopt(commit, file);
      Received received = download(file, cache.content(etag)).run(source.web(), listener);
      cache.point(commit, file);
      return received.sha256();
    } catch (TransferException e) {
      throw answers.error(e);
    }
  }

  private Download download(HubFile file, Path blob) {
    Download plain =
        Download.of(() -> api.request(commit, file), blob)
            .named(file.path())
            .part(cache.incomplete(file.etag().orElseThrow()))
            .size(file.size());
    Download checked = file.sha256().map(plain::sha256).orElse(plain);
    return file.gitBlob().map(x -> checked.gitBlob(x, file.size())).orElse(checked);
  }
}
