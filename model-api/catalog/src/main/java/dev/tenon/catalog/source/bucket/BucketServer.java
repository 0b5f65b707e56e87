package dev.tenon.catalog.source.bucket;

import dev.tenon.catalog.net.UrlPolicy;
import dev.tenon.catalog.source.CredentialSource;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A server of buckets, which are asked for as {@code endpoint/bucket/key}. Immutable.
 *
 * @param endpoint {@code https://host} or {@code https://host:port}, perhaps with a path
 * @param region that requests are signed for
 * @param keys who asks; nobody: requests are not signed
 */
public record BucketServer(String endpoint, String region, Optional<BucketKeys> keys) {
  /** The region of servers that have none. */
  public static final String DEFAULT_REGION = "us-east-1";

  private static final Pattern REGION = Pattern.compile("[a-z0-9-]{1,64}");

  /**
   * Checks and takes slashes from the endpoint's end.
   *
   * @throws InvalidInputException if the endpoint is no URL or the region is no name
   */
  public BucketServer {
    endpoint = endpoint.replaceAll("/+$", "");
    boolean http = endpoint.matches("(?i)https?://[^/?#@\\s]+(/[^?#@\\s]*)?");
    if (!http) {
      throw new InvalidInputException(
          Problems.problem(
              "endpoint of buckets",
              endpoint.replaceAll("//[^/]*@", "//…@").replaceAll("[?#].*", "?…"),
              "https://host or https://host:port"));
    }
    if (!REGION.matcher(region).matches()) {
      throw new InvalidInputException(
          Problems.problem("region of buckets", region, "such as " + DEFAULT_REGION));
    }
  }

  /** A server that is asked without keys. */
  public static BucketServer of(String endpoint) {
    return new BucketServer(endpoint, DEFAULT_REGION, Optional.empty());
  }

  /**
   * The server that the environment names, with its keys: {@code AWS_ENDPOINT_URL_S3} or {@code
   * AWS_ENDPOINT_URL}, else that of Amazon; {@code AWS_REGION} or {@code AWS_DEFAULT_REGION}.
   *
   * @param environment variables by name; a blank one counts as absent
   */
  public static BucketServer of(Map<String, String> environment) {
    String region =
        find(environment, "AWS_REGION")
            .or(() -> find(environment, "AWS_DEFAULT_REGION"))
            .orElse(DEFAULT_REGION);
    String endpoint =
        find(environment, "AWS_ENDPOINT_URL_S3")
            .or(() -> find(environment, "AWS_ENDPOINT_URL"))
            .orElse("https://s3." + region + ".amazonaws.com");
    return new BucketServer(endpoint, region, Optional.empty())
        .asking(name -> find(environment, name), Optional.empty());
  }

  private static Optional<String> find(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).map(String::strip).filter(x -> !x.isEmpty());
  }

  /** With the keys that {@link BucketKeys#find} finds; without any where it finds none. */
  public BucketServer asking(CredentialSource credentials, Optional<String> store) {
    return new BucketServer(endpoint, region, BucketKeys.find(credentials, store));
  }

  /** A policy that also opens this endpoint: for one that the user named, not a description. */
  public UrlPolicy policy(UrlPolicy policy) {
    URI uri = URI.create(endpoint);
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    return policy.trusting(uri.getScheme() + "://" + uri.getHost() + port);
  }
}
