package dev.tenon.catalog.source.git;

import dev.tenon.catalog.internal.fetch.Filling;
import dev.tenon.catalog.net.TransferException;
import dev.tenon.catalog.net.Web;
import dev.tenon.error.TenonException;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;

/** The files of a location, from the repository to whoever writes them. Safe for threads. */
record GitCheckout(Web web, GitCredentials credentials, GitLocation location, GitLimits limits) {
  /** Writes files. */
  @FunctionalInterface
  interface Writer {
    /**
     * Writes them.
     *
     * @param commit that they are of
     * @param files all of them, checked
     * @return what the origin says besides URL, path and revision
     */
    Map<String, String> write(Commit commit, List<GitBlob> files) throws IOException;
  }

  /** A commit whose objects are here. For one thread. */
  record Commit(ObjectReader objects, ObjectId tree) {
    private static final int SMALL = 1 << 16;

    /** The text of a small file in the root of the repository, if there is one. */
    Optional<String> rootFile(String name) throws IOException {
      Optional<ObjectId> blob = GitTree.rootFile(objects, tree, name);
      return blob.isEmpty()
          ? Optional.empty()
          : Optional.of(
              new String(
                  objects.open(blob.get(), Constants.OBJ_BLOB).getBytes(SMALL),
                  StandardCharsets.UTF_8));
    }
  }

  /** Brings the commit, lists its files, has them written, and gives the origin. */
  Map<String, String> fill(Filling filling, Writer writer) throws IOException {
    try {
      return PlainEnvironment.run(() -> checkout(filling, writer));
    } catch (TenonException | IOException e) {
      throw e;
    } catch (Exception e) {
      throw new TransferException(
          Problems.problem("repository " + location.url(), e, "a repository that can be read"), e);
    }
  }

  private Map<String, String> checkout(Filling filling, Writer writer) throws IOException {
    try (GitRepository repository = GitRepository.open(filling.work().resolve("git"), location);
        ObjectReader objects = fetched(repository)) {
      ObjectId commit = repository.commit();
      ObjectId tree = repository.tree(commit);
      List<GitFile> files = GitTree.files(objects, tree, location.path(), limits);
      filling.retain(files.stream().map(GitFile::path).toList());
      List<GitBlob> blobs = files.stream().map(x -> new GitBlob(x, objects)).toList();
      Map<String, String> origin = new TreeMap<>(location.asked("git"));
      origin.put("revision", commit.name());
      origin.putAll(writer.write(new Commit(objects, tree), blobs));
      return origin;
    }
  }

  private ObjectReader fetched(GitRepository repository) throws IOException {
    repository.fetch(web, credentials, limits);
    return repository.objects();
  }
}
