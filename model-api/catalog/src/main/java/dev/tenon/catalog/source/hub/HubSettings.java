package dev.tenon.catalog.source.hub;

import dev.tenon.catalog.net.UrlPolicy;
import dev.tenon.catalog.source.CredentialSource;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How the hub is reached, as huggingface_hub reads it from the environment. Immutable.
 *
 * @param endpoint address of the hub, {@code HF_ENDPOINT}, without a slash at its end
 * @param cache directory of repositories: {@code HF_HUB_CACHE}, else {@code HF_HOME/hub}, else that
 *     of the user
 * @param token {@code HF_TOKEN}, else what {@code HF_TOKEN_PATH} or {@code HF_HOME/token} holds
 * @param offline {@code HF_HUB_OFFLINE}: nothing is asked for, the cache has to do
 * @param symlinks whether the cache may have symbolic links, {@code HF_HUB_DISABLE_SYMLINKS}
 */
public record HubSettings(
    String endpoint, Path cache, Optional<String> token, boolean offline, boolean symlinks) {
  /** The public hub. */
  public static final String PUBLIC_ENDPOINT = "https://huggingface.co";

  private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");
  private static final int LONGEST_TOKEN = 4096;

  /**
   * Takes slashes from the endpoint's end.
   *
   * @throws InvalidInputException for a token that no header can hold; it is not shown
   */
  public HubSettings {
    endpoint = endpoint.replaceAll("/+$", "");
    boolean sane = token.isEmpty() || token.get().matches("[!-~]{1," + LONGEST_TOKEN + "}");
    if (!sane) {
      throw new InvalidInputException(
          Problems.problem("token of the hub", "not shown", "printable ASCII without spaces"));
    }
  }

  /** Those of this process. */
  public static HubSettings ofEnvironment() {
    return of(System.getenv());
  }

  /**
   * Those of an environment.
   *
   * @param environment variables by name; a blank one counts as absent
   */
  public static HubSettings of(Map<String, String> environment) {
    Variables env = new Variables(environment);
    Path home =
        env.path("HF_HOME")
            .orElseGet(
                () ->
                    env.path("XDG_CACHE_HOME")
                        .orElseGet(() -> env.home().resolve(".cache"))
                        .resolve("huggingface"));
    Path cache =
        env.path("HF_HUB_CACHE")
            .or(() -> env.path("HUGGINGFACE_HUB_CACHE"))
            .orElseGet(() -> home.resolve("hub"));
    return new HubSettings(
        env.text("HF_ENDPOINT").orElse(PUBLIC_ENDPOINT),
        cache.toAbsolutePath(),
        token(env, home),
        env.isTrue("HF_HUB_OFFLINE") || env.isTrue("TRANSFORMERS_OFFLINE"),
        !env.isTrue("HF_HUB_DISABLE_SYMLINKS"));
  }

  private static Optional<String> token(Variables env, Path home) {
    Optional<String> named = env.text("HF_TOKEN").or(() -> env.text("HUGGING_FACE_HUB_TOKEN"));
    if (named.isPresent() || env.isTrue("HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
      return named.map(String::strip);
    }
    Path file = env.path("HF_TOKEN_PATH").orElseGet(() -> home.resolve("token"));
    try {
      boolean readable = Files.isRegularFile(file) && Files.size(file) <= LONGEST_TOKEN;
      return readable
          ? Optional.of(Files.readString(file).strip()).filter(x -> !x.isEmpty())
          : Optional.empty();
    } catch (IOException e) {
      throw new InvalidInputException(
          Problems.problem(
              "token of the hub", "unreadable", "a readable file at " + file + ", or HF_TOKEN"),
          e);
    }
  }

  /** With the token that a source of credentials calls {@code HF_TOKEN} or {@code hub.token}. */
  public HubSettings asking(CredentialSource credentials) {
    Optional<String> found = credentials.find("HF_TOKEN").or(() -> credentials.find("hub.token"));
    return new HubSettings(
        endpoint, cache, found.map(String::strip).or(() -> token), offline, symlinks);
  }

  /** A policy that also opens the endpoint, if the user named one. */
  public UrlPolicy policy(UrlPolicy policy) {
    return endpoint.equals(PUBLIC_ENDPOINT) ? policy : policy.trusting(origin());
  }

  private String origin() {
    try {
      URI uri = URI.create(endpoint);
      String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
      return uri.getScheme() + "://" + uri.getHost() + port;
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(
          Problems.problem("HF_ENDPOINT", "no URL", "https://host or https://host:port"), e);
    }
  }

  /** All but the token. */
  @Override
  public String toString() {
    return "HubSettings[endpoint=%s, cache=%s, token=%s, offline=%s, symlinks=%s]"
        .formatted(endpoint, cache, token.isPresent() ? "…" : "none", offline, symlinks);
  }

  /** An environment, read as Python does. */
  private record Variables(Map<String, String> all) {
    Optional<String> text(String name) {
      return Optional.ofNullable(all.get(name)).filter(x -> !x.isBlank());
    }

    boolean isTrue(String name) {
      return text(name).map(x -> TRUE.contains(x.toUpperCase(Locale.ROOT))).orElse(false);
    }

    Path home() {
      return Path.of(text("HOME").orElse(System.getProperty("user.home", "")));
    }

    Optional<Path> path(String name) {
      return text(name).map(x -> x.startsWith("~/") ? home().resolve(x.substring(2)) : Path.of(x));
    }
  }
}
