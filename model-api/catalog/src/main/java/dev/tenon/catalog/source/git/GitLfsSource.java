package dev.tenon.catalog.source.git;

import dev.tenon.catalog.internal.fetch.Filling;
import dev.tenon.catalog.internal.fetch.Staging;
import dev.tenon.catalog.net.Web;
import dev.tenon.catalog.source.CredentialSource;
import dev.tenon.catalog.source.FetchListener;
import dev.tenon.catalog.source.Fetched;
import dev.tenon.catalog.source.ModelSource;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A directory of a git repository whose large files git LFS keeps: each pointer is replaced by its
 * object, resumed and verified by SHA-256 while it comes. Otherwise like {@link GitSource}. The
 * server of objects is the repository's host; what it names as the place of an object may be any
 * that the policy of URLs lets, and gets none of our secrets. Safe for threads.
 */
public record GitLfsSource(
    Web web, CredentialSource credentials, GitLocation location, GitLimits limits)
    implements ModelSource {
  @Override
  public Fetched fetch(Path destination, FetchListener listener) {
    web.policy().check(location.url());
    return Staging.into(destination, location.asked("git_lfs"), filling -> fill(filling, listener));
  }

  private Map<String, String> fill(Filling filling, FetchListener listener) throws IOException {
    GitCredentials known = GitCredentials.of(location.url(), credentials);
    return new GitCheckout(web, known, location, limits)
        .fill(
            filling,
            (checkout, files) -> {
              Map<String, LfsPointer> pointers = write(files, filling, listener);
              if (!pointers.isEmpty()) {
                String endpoint =
                    LfsEndpoint.of(location.url(), checkout.rootFile(LfsEndpoint.FILE));
                LfsServer server = new LfsServer(web, known, endpoint, location.reference());
                new LfsObjects(server, filling, listener).bring(pointers);
              }
              return Map.of("kind", "git_lfs");
            });
  }

  /** Writes what is no pointer, and gives the pointers by path. */
  private Map<String, LfsPointer> write(
      List<GitBlob> files, Filling filling, FetchListener listener) throws IOException {
    Map<String, LfsPointer> pointers = new LinkedHashMap<>();
    long bytes = 0;
    for (GitBlob each : files) {
      Optional<LfsPointer> pointer = LfsPointer.read(each.path(), each.start(LfsPointer.LIMIT));
      if (pointer.isPresent()) {
        pointers.put(each.path(), pointer.get());
        bytes = Math.addExact(bytes, pointer.get().bytes());
      } else {
        each.write(filling);
        listener.progress(each.path(), each.bytes(), each.bytes());
      }
    }
    if (bytes > limits.bytes()) {
      throw new InvalidInputException(
          Problems.problem("bytes of LFS objects", bytes, "at most " + limits.bytes()));
    }
    return pointers;
  }

  /** The location. */
  @Override
  public String toString() {
    return "GitLfsSource[" + location + "]";
  }
}
