package dev.tenon.catalog.source.git;

import dev.tenon.catalog.source.CredentialSource;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/**
 * How a repository's server knows us: by {@code git.<host>.token}, as the password of {@code
 * git.<host>.username} ({@code git} if there is none). Only the origin of the repository gets it,
 * and no host gets a token that is not its own: a description may name any host.
 */
record GitCredentials(String origin, Optional<String> authorization) {
  private static final int HTTPS = 443;

  static GitCredentials of(String url, CredentialSource credentials) {
    URI uri = URI.create(url);
    String host = String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT);
    Optional<String> token = credentials.find("git." + host + ".token");
    String user = credentials.find("git." + host + ".username").orElse("git");
    return new GitCredentials(originOf(uri), token.map(x -> basic(user, x)));
  }

  private static String basic(String user, String token) {
    byte[] both = (user + ":" + token).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(both);
  }

  /** What this URL's server may be shown. */
  Optional<String> forUrl(String url) {
    return isOrigin(url) ? authorization : Optional.empty();
  }

  /** Whether a URL is the repository's own server. */
  boolean isOrigin(String url) {
    return originOf(URI.create(url)).equals(origin);
  }

  private static String originOf(URI uri) {
    int port = uri.getPort() >= 0 || !"https".equals(uri.getScheme()) ? uri.getPort() : HTTPS;
    return (uri.getScheme() + "://" + uri.getHost() + ":" + port).toLowerCase(Locale.ROOT);
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "GitCredentials[" + origin + "]";
  }
}
