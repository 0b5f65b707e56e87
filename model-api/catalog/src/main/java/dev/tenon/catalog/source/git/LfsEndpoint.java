package dev.tenon.catalog.source.git;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.net.URI;
import java.util.Optional;
import org.eclipse.jgit.errors.ConfigInvalidException;
import org.eclipse.jgit.lib.Config;

/**
 * Where a repository's LFS server is (git-lfs, docs/api/server-discovery.md): {@code
 * <repository>.git/info/lfs}, or what its {@code .lfsconfig} says, if that is on the same host: a
 * file of the repository must not send our requests elsewhere.
 */
final class LfsEndpoint {
  /** The file, in the root of the repository. */
  static final String FILE = ".lfsconfig";

  private LfsEndpoint() {}

  /**
   * The URL of the server, without a slash at its end.
   *
   * @param config what {@code .lfsconfig} holds
   * @throws InvalidInputException if that names another host, or no https
   */
  static String of(String repository, Optional<String> config) {
    String base = repository.replaceAll("/+$", "");
    String own = (base.endsWith(".git") ? base : base + ".git") + "/info/lfs";
    return config.flatMap(LfsEndpoint::url).map(x -> sameHost(x, repository)).orElse(own);
  }

  private static Optional<String> url(String text) {
    try {
      Config config = new Config();
      config.fromText(text);
      return Optional.ofNullable(config.getString("lfs", null, "url")).filter(x -> !x.isBlank());
    } catch (ConfigInvalidException e) {
      throw new InvalidInputException(
          Problems.problem(FILE, e.getMessage(), "a configuration of git"), e);
    }
  }

  private static String sameHost(String url, String repository) {
    URI uri = parse(url);
    URI own = URI.create(repository);
    boolean same =
        uri.getHost() != null
            && uri.getHost().equalsIgnoreCase(own.getHost())
            && uri.getRawUserInfo() == null
            && String.valueOf(uri.getScheme()).equalsIgnoreCase(own.getScheme());
    if (!same) {
      String host = String.valueOf(uri.getHost());
      throw new InvalidInputException(
          Problems.problem("lfs.url of " + FILE, host, "https on " + own.getHost()));
    }
    return url.replaceAll("/+$", "");
  }

  private static URI parse(String url) {
    try {
      return URI.create(url);
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(
          Problems.problem("lfs.url of " + FILE, "no URL", "an https URL"), e);
    }
  }
}
