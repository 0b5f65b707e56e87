package dev.tenon.catalog.source.bucket;

import dev.tenon.catalog.source.CredentialSource;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.Optional;

/**
 * Who asks a bucket. Its text shows no value.
 *
 * @param accessKeyId the name of the key
 * @param secretAccessKey what signs
 * @param sessionToken for keys that expire
 */
public record BucketKeys(
    String accessKeyId, String secretAccessKey, Optional<String> sessionToken) {
  /**
   * The keys of a data store, {@code <store>.access_key_id} and {@code <store>.secret_access_key},
   * else those of the environment, {@code AWS_ACCESS_KEY_ID}, {@code AWS_SECRET_ACCESS_KEY} and
   * {@code AWS_SESSION_TOKEN}.
   *
   * @param store a data store of a description
   * @return nothing where there are none: requests are not signed
   * @throws InvalidInputException if there is one without the other
   */
  public static Optional<BucketKeys> find(CredentialSource credentials, Optional<String> store) {
    Optional<BucketKeys> own =
        store.flatMap(
            x ->
                find(
                    credentials,
                    x + ".access_key_id",
                    x + ".secret_access_key",
                    x + ".session_token"));
    return own.isPresent()
        ? own
        : find(credentials, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN");
  }

  private static Optional<BucketKeys> find(
      CredentialSource credentials, String id, String secret, String session) {
    Optional<String> foundId = credentials.find(id);
    Optional<String> foundSecret = credentials.find(secret);
    if (foundId.isPresent() != foundSecret.isPresent()) {
      throw new InvalidInputException(
          Problems.problem(
              "keys of the bucket",
              (foundId.isPresent() ? id : secret) + " alone",
              id + " and " + secret));
    }
    return foundId.map(
        x ->
            new BucketKeys(
                x.strip(), foundSecret.orElseThrow().strip(), credentials.find(session)));
  }

  /** Shows nothing. */
  @Override
  public String toString() {
    return "BucketKeys[…]";
  }
}
