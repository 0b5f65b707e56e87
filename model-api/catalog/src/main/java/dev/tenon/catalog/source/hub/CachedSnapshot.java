package dev.tenon.catalog.source.hub;

import dev.tenon.catalog.internal.path.TreePaths;
import dev.tenon.catalog.net.TransferException;
import dev.tenon.catalog.source.FetchListener;
import dev.tenon.error.CheckpointException;
import dev.tenon.internal.Durable;
import dev.tenon.internal.FileTree;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A commit as the cache has it; nobody is asked. */
final class CachedSnapshot implements HubSource.Snapshot {
  private static final int NAMED = 5;

  private final HubCache cache;
  private final String commit;
  private final List<HubFile> files;

  private CachedSnapshot(HubCache cache, String commit, List<HubFile> files) {
    this.cache = cache;
    this.commit = commit;
    this.files = files;
  }

  static CachedSnapshot of(HubSource source) throws IOException {
    HubCache cache = new HubCache(source.settings(), source.repo());
    Optional<String> commit = cache.commit(source.revision());
    if (commit.isEmpty()) {
      throw missing(source, "nothing of revision " + source.revision());
    }
    List<HubFile> present = cache.present(commit.get());
    List<HubFile> all = cache.listing(commit.get()).map(HubListing::files).orElse(present);
    List<HubFile> selected = source.selection().of(all);
    List<String> paths = selected.stream().map(HubFile::path).toList();
    TreePaths.check(source.repo().id(), paths);
    List<String> absent =
        paths.stream().filter(x -> !Files.isRegularFile(cache.pointer(commit.get(), x))).toList();
    if (selected.isEmpty() || !absent.isEmpty()) {
      throw missing(source, absent.isEmpty() ? "no file of the model" : withoutAll(absent));
    }
    return new CachedSnapshot(cache, commit.get(), selected);
  }

  private static String withoutAll(List<String> absent) {
    String first = String.join(", ", absent.subList(0, Math.min(NAMED, absent.size())));
    return absent.size() <= NAMED
        ? "without " + first
        : "without " + first + " and " + (absent.size() - NAMED) + " more";
  }

  private static TransferException missing(HubSource source, String found) {
    return new TransferException(
        Problems.problem(
            source.repo().id() + " in the cache " + source.settings().cache(),
            found,
            "all files of revision "
                + source.revision()
                + "; to bring them, unset HF_HUB_OFFLINE"));
  }

  @Override
  public String commit() {
    return commit;
  }

  @Override
  public Map<String, String> bring(Path directory, FetchListener listener) throws IOException {
    Map<String, String> sha256 = new TreeMap<>();
    for (HubFile file : files) {
      Path content = cache.pointer(commit, file.path());
      long size = Files.size(content);
      sha256.put(file.path(), verified(content, size, file));
      Path target = directory.resolve(file.path());
      Files.createDirectories(Durable.parent(target));
      Files.deleteIfExists(target);
      HubCache.link(content, target);
      listener.progress(file.path(), size, size);
    }
    return sha256;
  }

  private static String verified(Path content, long size, HubFile file) throws IOException {
    MessageDigest sha256 = FileTree.sha256();
    MessageDigest gitBlob = sha1();
    gitBlob.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
    try (InputStream in = Files.newInputStream(content)) {
      byte[] buffer = new byte[1 << 16];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        sha256.update(buffer, 0, count);
        gitBlob.update(buffer, 0, count);
      }
    }
    String hex = HexFormat.of().formatHex(sha256.digest());
    check(content, file.sha256(), hex);
    check(content, file.gitBlob(), HexFormat.of().formatHex(gitBlob.digest()));
    return hex;
  }

  private static void check(Path content, Optional<String> expected, String found) {
    if (expected.isPresent() && !expected.get().equals(found)) {
      throw new CheckpointException(
          Problems.problem(content + " of the cache", "digest " + found, expected.get()));
    }
  }

  private static MessageDigest sha1() {
    try {
      return MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }
}
