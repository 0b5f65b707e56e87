package dev.tenon.catalog;

import dev.tenon.catalog.net.UrlPolicy;
import dev.tenon.catalog.source.CredentialSource;
import dev.tenon.catalog.source.CredentialsFile;
import dev.tenon.catalog.source.KeyDirectory;
import dev.tenon.catalog.source.hub.LoaderImages;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How a catalog is opened. Immutable; the {@code with} methods return a changed copy.
 *
 * @param home where everything is kept
 * @param policy which URLs may be opened
 * @param authorities certificates that are trusted besides the JVM's, in PEM
 * @param credentials where secrets are asked for
 * @param environment variables of the HuggingFace hub, {@code HF_HOME} and the like
 * @param frameworks by name
 * @param loaders container images whose work is done here
 */
public record CatalogOptions(
    Path home,
    UrlPolicy policy,
    Optional<Path> authorities,
    CredentialSource credentials,
    Map<String, String> environment,
    Map<String, Framework> frameworks,
    LoaderImages loaders) {
  /** The variable that names the home. */
  public static final String HOME = "TENON_HOME";

  /** The variable with origins whose address is not looked at, with commas between them. */
  public static final String TRUSTED_HOSTS = "TENON_TRUSTED_HOSTS";

  /** The variable with more certificates, as OpenSSL has it. */
  public static final String AUTHORITIES = "SSL_CERT_FILE";

  /** Copies. */
  public CatalogOptions {
    environment = Map.copyOf(environment);
    frameworks = Map.copyOf(frameworks);
  }

  /** Public URLs over https, no secrets, the framework {@code transformers}. */
  public static CatalogOptions of(Path home) {
    return new CatalogOptions(
        home,
        UrlPolicy.PUBLIC,
        Optional.empty(),
        CredentialSource.NONE,
        Map.of(),
        Map.of(Framework.TRANSFORMERS.name(), Framework.TRANSFORMERS),
        LoaderImages.KNOWN);
  }

  /**
   * As a program on a terminal has it. The home is {@code TENON_HOME}, else {@code tenon} in {@code
   * XDG_DATA_HOME} or {@code ~/.local/share}. Secrets are asked of the environment, then of the
   * home's file {@code credentials}, then of the directory {@code .key} where the program was
   * started. {@code TENON_TRUSTED_HOSTS}, {@code SSL_CERT_FILE} and the variables of the
   * HuggingFace hub hold.
   *
   * @param environment as {@link System#getenv()} gives it
   */
  public static CatalogOptions of(Map<String, String> environment) {
    Path home = home(environment);
    CatalogOptions options =
        of(home)
            .withEnvironment(environment)
            .withCredentials(
                CredentialSource.environment()
                    .or(new CredentialsFile(home.resolve("credentials")))
                    .or(KeyDirectory.of(Path.of(""))));
    for (String origin : environment.getOrDefault(TRUSTED_HOSTS, "").split(",", -1)) {
      options = origin.isBlank() ? options : options.trusting(origin.strip());
    }
    Optional<Path> authorities =
        Optional.ofNullable(environment.get(AUTHORITIES)).filter(x -> !x.isBlank()).map(Path::of);
    return authorities.map(options::withAuthorities).orElse(options);
  }

  private static Path home(Map<String, String> environment) {
    String named = environment.getOrDefault(HOME, "");
    if (!named.isBlank()) {
      return Path.of(named);
    }
    String data = environment.getOrDefault("XDG_DATA_HOME", "");
    Path user = Path.of(System.getProperty("user.home", "."));
    return (data.isBlank() ? user.resolve(Path.of(".local", "share")) : Path.of(data))
        .resolve("tenon");
  }

  /** With another home. */
  public CatalogOptions withHome(Path other) {
    return new CatalogOptions(
        other, policy, authorities, credentials, environment, frameworks, loaders);
  }

  /** With another policy of URLs. */
  public CatalogOptions withPolicy(UrlPolicy other) {
    return new CatalogOptions(
        home, other, authorities, credentials, environment, frameworks, loaders);
  }

  /** With an origin whose address is not looked at, see {@link UrlPolicy#trusting}. */
  public CatalogOptions trusting(String origin) {
    return withPolicy(policy.trusting(origin));
  }

  /** With certificates that are trusted besides the JVM's. */
  public CatalogOptions withAuthorities(Path pem) {
    return new CatalogOptions(
        home, policy, Optional.of(pem), credentials, environment, frameworks, loaders);
  }

  /** With another place of secrets. */
  public CatalogOptions withCredentials(CredentialSource other) {
    return new CatalogOptions(home, policy, authorities, other, environment, frameworks, loaders);
  }

  /** With other variables of the HuggingFace hub. */
  public CatalogOptions withEnvironment(Map<String, String> other) {
    return new CatalogOptions(home, policy, authorities, credentials, other, frameworks, loaders);
  }

  /** With one more framework. */
  public CatalogOptions withFramework(Framework framework) {
    Map<String, Framework> more = new TreeMap<>(frameworks);
    more.put(framework.name(), framework);
    return new CatalogOptions(home, policy, authorities, credentials, environment, more, loaders);
  }

  /** With one more container image that loads from the hub, see {@link LoaderImages#with}. */
  public CatalogOptions withLoaders(LoaderImages others) {
    return new CatalogOptions(
        home, policy, authorities, credentials, environment, frameworks, others);
  }

  /** Without variables and secrets. */
  @Override
  public String toString() {
    return "CatalogOptions[home="
        + home
        + ", policy="
        + policy
        + ", authorities="
        + authorities
        + ", frameworks="
        + new TreeMap<>(frameworks).keySet()
        + "]";
  }
}
