package dev.tenon.catalog.source.bucket;

import dev.tenon.catalog.net.RefusedUrlException;
import dev.tenon.catalog.net.TransferException;
import dev.tenon.catalog.net.Web;
import dev.tenon.catalog.net.WebRequest;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/**
 * A bucket server as the SDK speaks to it. Nothing is looked up around it: region, keys, address
 * and client are given, so that what the SDK finds in the user's profiles is not used. Safe for
 * threads; whoever opens it closes it.
 */
final class S3 implements AutoCloseable {
  private static final AwsV4HttpSigner SIGNER = AwsV4HttpSigner.create();

  private final Web web;
  private final BucketServer server;
  private final BucketPlace place;
  private final S3Client client;

  S3(Web web, BucketServer server, BucketPlace place) {
    this.web = web;
    this.server = server;
    this.place = place;
    this.client = client(web, server);
  }

  private static S3Client client(Web web, BucketServer server) {
    ProfileFile none =
        ProfileFile.builder()
            .content(new ByteArrayInputStream(new byte[0]))
            .type(ProfileFile.Type.CONFIGURATION)
            .build();
    return S3Client.builder()
        .httpClient(new WebHttpClient(web))
        .endpointOverride(URI.create(server.endpoint()))
        .region(Region.of(server.region()))
        .credentialsProvider(credentials(server))
        .forcePathStyle(true)
        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
        .serviceConfiguration(
            x -> x.chunkedEncodingEnabled(false).profileFile(() -> none).profileName("none"))
        .overrideConfiguration(x -> x.defaultProfileFile(none).defaultProfileName("none"))
        .disableS3ExpressSessionAuth(true)
        .build();
  }

  private static AwsCredentialsProvider credentials(BucketServer server) {
    return server
        .keys()
        .map(x -> (AwsCredentialsProvider) StaticCredentialsProvider.create(credentials(x)))
        .orElseGet(AnonymousCredentialsProvider::create);
  }

  private static AwsCredentials credentials(BucketKeys keys) {
    return keys.sessionToken()
        .map(
            x ->
                (AwsCredentials)
                    AwsSessionCredentials.create(keys.accessKeyId(), keys.secretAccessKey(), x))
        .orElseGet(() -> AwsBasicCredentials.create(keys.accessKeyId(), keys.secretAccessKey()));
  }

  Web web() {
    return web;
  }

  BucketPlace place() {
    return place;
  }

  S3Client client() {
    return client;
  }

  /**
   * Asks the server.
   *
   * @param what is asked for, for messages
   * @throws TransferException with the status of the server's answer
   */
  <T> T ask(String what, Supplier<T> request) {
    try {
      return request.get();
    } catch (S3Exception e) {
      throw BucketAnswers.error(what, server, e);
    } catch (SdkException e) {
      throw broken(what, e);
    }
  }

  private static RuntimeException broken(String what, SdkException e) {
    for (Throwable each = e; each != null; each = each.getCause()) {
      if (each instanceof RefusedUrlException || each instanceof TransferException) {
        return (RuntimeException) each;
      }
    }
    return new TransferException(
        what + ": " + e.getClass().getSimpleName() + " (expected: an answer of the server)", e);
  }

  /** A signed request for an object, to be sent within minutes. */
  WebRequest get(String key) {
    SdkHttpRequest plain =
        SdkHttpRequest.builder()
            .method(SdkHttpMethod.GET)
            .uri(
                URI.create(
                    server.endpoint()
                        + "/"
                        + place.bucket()
                        + "/"
                        + SdkHttpUtils.urlEncodeIgnoreSlashes(key)))
            .build();
    return server.keys().map(x -> signed(plain, x)).orElseGet(() -> WebHttpClient.request(plain));
  }

  private WebRequest signed(SdkHttpRequest plain, BucketKeys keys) {
    return WebHttpClient.request(
        SIGNER
            .sign(
                x ->
                    x.identity(credentials(keys))
                        .request(plain)
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "s3")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, server.region())
                        .putProperty(AwsV4HttpSigner.DOUBLE_URL_ENCODE, false)
                        .putProperty(AwsV4HttpSigner.NORMALIZE_PATH, false)
                        .putProperty(AwsV4HttpSigner.PAYLOAD_SIGNING_ENABLED, false))
            .request());
  }

  @Override
  public void close() {
    client.close();
  }
}
