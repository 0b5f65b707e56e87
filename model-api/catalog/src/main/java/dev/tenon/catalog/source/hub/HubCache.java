package dev.tenon.catalog.source.hub;

import dev.tenon.error.CheckpointException;
import dev.tenon.internal.Durable;
import dev.tenon.internal.Json;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One repository in the cache that huggingface_hub keeps:
 *
 * <pre>{@code
 * models--owner--name/refs/REVISION              the commit, as text
 * models--owner--name/blobs/ETAG                 contents; ETAG.incomplete is unfinished
 * models--owner--name/snapshots/COMMIT/PATH      a relative link to ../../blobs/ETAG
 * models--owner--name/trees/COMMIT.json          what a commit holds, if Python listed it
 * models--owner--name/.tenon/COMMIT.json         the same, if Tenon did
 * .locks/models--owner--name/ETAG.lock           held while a content is brought
 * }</pre>
 *
 * The listing of ours is apart, since Python takes a snapshot for broken that has fewer files than
 * its own listing, and here weights of other formats are left out. Safe for threads.
 */
final class HubCache {
  private final Path root;
  private final Path storage;
  private final HubRepo repo;
  private final boolean symlinks;

  HubCache(HubSettings settings, HubRepo repo) {
    this.root = settings.cache();
    this.storage = root.resolve(repo.folder());
    this.repo = repo;
    this.symlinks = settings.symlinks();
  }

  private Path blob(String etag) {
    return storage.resolve("blobs").resolve(etag);
  }

  /** A content's file: that which its name leads to, where Python shares it among repositories. */
  Path content(String etag) throws IOException {
    Path blob = blob(etag);
    return Files.exists(blob) ? blob.toRealPath() : blob;
  }

  /** What there is of a content until it is whole. */
  Path incomplete(String etag) {
    return blob(etag + ".incomplete");
  }

  /** Keeps others away from a content while it is brought. */
  BlobLock lock(String etag) throws IOException {
    return BlobLock.of(root.resolve(".locks").resolve(repo.folder()).resolve(etag + ".lock"));
  }

  /** Where a file of a commit is. */
  Path pointer(String commit, String path) {
    return snapshot(commit).resolve(path);
  }

  private Path snapshot(String commit) {
    return storage.resolve("snapshots").resolve(commit);
  }

  /** The commit that a revision was when it was asked for last. */
  Optional<String> commit(String revision) throws IOException {
    Path ref = storage.resolve("refs").resolve(revision);
    if (HubApi.isCommit(revision) || !Files.isRegularFile(ref)) {
      return Optional.of(revision).filter(HubApi::isCommit);
    }
    return Optional.of(Files.readString(ref).strip()).filter(HubApi::isCommit);
  }

  /** Remembers what a revision is. */
  void refer(String revision, String commit) throws IOException {
    if (!revision.equals(commit) && !commit(revision).equals(Optional.of(commit))) {
      Durable.writeFile(
          made(storage.resolve("refs").resolve(revision)),
          commit.getBytes(StandardCharsets.US_ASCII));
    }
  }

  /** What a commit holds, if somebody listed it. */
  Optional<HubListing> listing(String commit) {
    Optional<HubListing> pythons = listing(commit, storage.resolve("trees"));
    return pythons.isPresent() ? pythons : listing(commit, storage.resolve(".tenon"));
  }

  private static Optional<HubListing> listing(String commit, Path directory) {
    Path file = directory.resolve(commit + ".json");
    return Files.isRegularFile(file)
        ? HubListing.of(commit, Json.readObject(file))
        : Optional.empty();
  }

  /** Remembers what a commit holds. */
  void keep(HubListing listing) throws IOException {
    Path file = storage.resolve(".tenon").resolve(listing.commit() + ".json");
    if (!Files.exists(file)) {
      Durable.writeFile(made(file), listing.json());
    }
  }

  /** The files that a commit has here, by their links. */
  List<HubFile> present(String commit) throws IOException {
    List<HubFile> files = new ArrayList<>();
    if (!Files.isDirectory(snapshot(commit))) {
      return files;
    }
    try (Stream<Path> all = Files.walk(snapshot(commit))) {
      for (Path each : (Iterable<Path>) all.sorted()::iterator) {
        if (!Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)) {
          String path = snapshot(commit).relativize(each).toString().replace('\\', '/');
          files.add(new HubFile(path, -1, etag(each)));
        }
      }
    }
    return files;
  }

  private static Optional<String> etag(Path pointer) throws IOException {
    if (!Files.isSymbolicLink(pointer)) {
      return Optional.empty();
    }
    return Optional.of(String.valueOf(Files.readSymbolicLink(pointer).getFileName()))
        .filter(HubFile::isEtag);
  }

  /** Where links are not to be had, the file itself is in the snapshot; the blob is made of it. */
  void adopt(String commit, HubFile file) throws IOException {
    Path blob = made(blob(file.etag().orElseThrow()));
    Path pointer = pointer(commit, file.path());
    if (!Files.exists(blob) && Files.isRegularFile(pointer, LinkOption.NOFOLLOW_LINKS)) {
      link(pointer, blob);
    }
  }

  /** Makes the file of a commit point to its content. */
  void point(String commit, HubFile file) throws IOException {
    Path blob = blob(file.etag().orElseThrow());
    Path pointer = made(pointer(commit, file.path()));
    if (Files.exists(pointer) && Files.isSameFile(pointer, blob)) {
      return;
    }
    Files.deleteIfExists(pointer);
    try {
      pointTo(blob, pointer);
    } catch (FileAlreadyExistsException e) {
      if (!Files.exists(pointer)) {
        throw e;
      }
    }
  }

  private void pointTo(Path blob, Path pointer) throws IOException {
    if (!symlinks) {
      link(blob, pointer);
      return;
    }
    try {
      Files.createSymbolicLink(pointer, Durable.parent(pointer).relativize(blob));
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException e) {
      link(blob, pointer);
    }
  }

  /** A hard link to a content, or a copy where the file system has none or it is another one. */
  static void link(Path content, Path name) throws IOException {
    Path real = content.toRealPath();
    if (!Files.isRegularFile(real)) {
      throw new CheckpointException(Problems.problem(content.toString(), "no file", "a file"));
    }
    try {
      Files.createLink(name, real);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException e) {
      Files.copy(real, name);
    }
  }

  private static Path made(Path file) throws IOException {
    Files.createDirectories(Durable.parent(file));
    return file;
  }
}
