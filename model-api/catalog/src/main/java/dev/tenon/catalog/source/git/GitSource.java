package dev.tenon.catalog.source.git;

import dev.tenon.catalog.internal.fetch.Filling;
import dev.tenon.catalog.internal.fetch.Staging;
import dev.tenon.catalog.net.Web;
import dev.tenon.catalog.source.CredentialSource;
import dev.tenon.catalog.source.FetchListener;
import dev.tenon.catalog.source.Fetched;
import dev.tenon.catalog.source.ModelSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * A directory of a git repository. Only the commit that is asked for comes, and only the files
 * below the path are written: as they stand in git, without filters, and none of them executable. A
 * repository with a link or a submodule below the path is refused. The id of the commit is in the
 * origin. Safe for threads.
 *
 * <p>Secrets: {@code git.<host>.token} is the password of {@code git.<host>.username} ({@code git}
 * if there is none); no other origin than the repository's gets it.
 */
public record GitSource(
    Web web, CredentialSource credentials, GitLocation location, GitLimits limits)
    implements ModelSource {
  @Override
  public Fetched fetch(Path destination, FetchListener listener) {
    web.policy().check(location.url());
    return Staging.into(destination, location.asked("git"), filling -> fill(filling, listener));
  }

  private Map<String, String> fill(Filling filling, FetchListener listener) throws IOException {
    GitCredentials known = GitCredentials.of(location.url(), credentials);
    return new GitCheckout(web, known, location, limits)
        .fill(
            filling,
            (commit, files) -> {
              for (GitBlob each : files) {
                each.write(filling);
                listener.progress(each.path(), each.bytes(), each.bytes());
              }
              return Map.of("kind", "git");
            });
  }

  /** The location. */
  @Override
  public String toString() {
    return "GitSource[" + location + "]";
  }
}
