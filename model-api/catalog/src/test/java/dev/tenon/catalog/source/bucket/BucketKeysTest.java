package dev.tenon.catalog.source.bucket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.catalog.source.CredentialSource;
import dev.tenon.error.InvalidInputException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BucketKeysTest {
  private static CredentialSource secrets(Map<String, String> all) {
    return name -> Optional.ofNullable(all.get(name));
  }

  @Test
  void keysOfAStoreComeBeforeThoseOfTheEnvironment() {
    CredentialSource secrets =
        secrets(
            Map.of(
                "minio.access_key_id", "own",
                "minio.secret_access_key", "s",
                "AWS_ACCESS_KEY_ID", "env",
                "AWS_SECRET_ACCESS_KEY", "t"));

    assertThat(BucketKeys.find(secrets, Optional.of("minio")))
        .hasValueSatisfying(x -> assertThat(x.accessKeyId()).isEqualTo("own"));
    assertThat(BucketKeys.find(secrets, Optional.of("other")))
        .hasValueSatisfying(x -> assertThat(x.accessKeyId()).isEqualTo("env"));
    assertThat(BucketKeys.find(CredentialSource.NONE, Optional.of("other"))).isEmpty();
  }

  @Test
  void aKeyWithoutItsSecretIsRefused() {
    CredentialSource half = secrets(Map.of("AWS_ACCESS_KEY_ID", "env"));

    assertThatThrownBy(() -> BucketKeys.find(half, Optional.empty()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("AWS_SECRET_ACCESS_KEY");
  }

  @Test
  void theEnvironmentNamesServerAndRegion() {
    BucketServer server =
        BucketServer.of(
            Map.of(
                "AWS_ENDPOINT_URL", "https://minio.example:9000/",
                "AWS_REGION", "eu-central-1",
                "AWS_ACCESS_KEY_ID", "a",
                "AWS_SECRET_ACCESS_KEY", "b"));

    assertThat(server.endpoint()).isEqualTo("https://minio.example:9000");
    assertThat(server.region()).isEqualTo("eu-central-1");
    assertThat(server.keys()).isPresent();
    assertThat(BucketServer.of(Map.of()).endpoint())
        .isEqualTo("https://s3.us-east-1.amazonaws.com");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"ftp://x", "https://u:p@x", "minio.example", "https://x/?a=b", "https://", " "})
  void anEndpointIsAUrlWithoutSecrets(String endpoint) {
    assertThatThrownBy(() -> BucketServer.of(endpoint)).isInstanceOf(InvalidInputException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bucket/x",
        "s3://",
        "s3://a/x",
        "s3://bucket/../x",
        "s3://bucket/a//b",
        "s3://-b/x"
      })
  void placesFollowTheRulesOfS3(String url) {
    assertThatThrownBy(() -> BucketPlace.parse(url)).isInstanceOf(InvalidInputException.class);
  }

  @Test
  void aPlaceIsABucketAndAPrefix() {
    assertThat(BucketPlace.parse("s3://models/team/heron/"))
        .isEqualTo(new BucketPlace("models", "team/heron"))
        .hasToString("s3://models/team/heron");
    assertThat(BucketPlace.parse("s3://models").prefix()).isEmpty();
  }
}
