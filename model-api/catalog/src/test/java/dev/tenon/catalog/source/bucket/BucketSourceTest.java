package dev.tenon.catalog.source.bucket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.catalog.internal.archive.ArchiveWriter;
import dev.tenon.catalog.internal.fetch.Download;
import dev.tenon.catalog.internal.transfer.InParallel;
import dev.tenon.catalog.net.TransferException;
import dev.tenon.catalog.net.UrlPolicy;
import dev.tenon.catalog.net.Web;
import dev.tenon.catalog.net.WebRequest;
import dev.tenon.catalog.source.FetchListener;
import dev.tenon.catalog.source.Fetched;
import dev.tenon.catalog.testing.MotoServer;
import dev.tenon.internal.FileTree;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.ObjectCannedACL;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

@Tag("servers")
class BucketSourceTest {
  private static MotoServer moto;
  private static Web web;

  @TempDir Path scratch;

  @BeforeAll
  static void start() {
    moto = MotoServer.guarded("models");
    web = Web.open(UrlPolicy.PUBLIC.trusting(moto.endpoint()));
  }

  @AfterAll
  static void stop() {
    if (moto != null) {
      web.close();
      moto.close();
    }
  }

  private static BucketServer server() {
    return server(new BucketKeys(moto.accessKeyId(), moto.secretAccessKey(), Optional.empty()));
  }

  private static BucketServer server(BucketKeys keys) {
    return new BucketServer(moto.endpoint(), BucketServer.DEFAULT_REGION, Optional.of(keys));
  }

  private static BucketSource source(String prefix) {
    return new BucketSource(web, server(), new BucketPlace("models", prefix));
  }

  private static void put(String key, byte[] content) {
    try (S3 s3 = new S3(web, server(), new BucketPlace("models", ""))) {
      s3.client().putObject(x -> x.bucket("models").key(key), RequestBody.fromBytes(content));
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void allObjectsBelowAPrefixAreFiles() throws IOException {
    put("heron/config.json", bytes("{}"));
    put("heron/deep/er/model.safetensors", new byte[100_000]);
    put("heron/directory/", new byte[0]);
    put("heron2/config.json", bytes("other"));

    Fetched fetched = source("heron").fetch(scratch.resolve("model"));

    assertThat(FileTree.files(scratch.resolve("model")).keySet())
        .containsExactlyInAnyOrder("config.json", "deep/er/model.safetensors", "tenon.json");
    assertThat(fetched.origin())
        .containsEntry("kind", "bucket")
        .containsEntry("url", "s3://models/heron");
    assertThat(fetched.origin().toString()).doesNotContain(moto.secretAccessKey());
  }

  @Test
  void listingsOfSeveralPagesAreReadToTheEnd() throws IOException {
    try (S3 s3 = new S3(web, server(), new BucketPlace("models", "many"))) {
      InParallel.run(
          8,
          IntStream.range(0, 1005).boxed().toList(),
          i ->
              s3.client()
                  .putObject(
                      x -> x.bucket("models").key("many/" + i), RequestBody.fromString("" + i)));

      assertThat(Listing.below(s3, "many/")).hasSize(1005);
    }
  }

  @Test
  void keysOfAnyLettersAreSignedAndRead() {
    List<String> names = List.of("a b+c&d=e.txt", "ünï/日本.txt", "100%25.txt", "x'(y)!~.txt");
    names.forEach(x -> put("letters/" + x, bytes(x)));

    source("letters").fetch(scratch.resolve("model"));

    for (String each : names) {
      assertThat(scratch.resolve("model").resolve(each)).hasContent(each);
    }
  }

  @Test
  void anObjectThatIsAnArchiveIsUnpacked() throws IOException {
    Path files = Files.createDirectories(scratch.resolve("files/sub"));
    Files.writeString(files.resolve("config.json"), "{}");
    Path archive = scratch.resolve("model.tar.gz");
    ArchiveWriter.writeTarGz(scratch.resolve("files"), archive);
    put("packed/model.tar.gz", Files.readAllBytes(archive));

    source("packed/model.tar.gz").fetch(scratch.resolve("model"));

    assertThat(scratch.resolve("model/config.json")).hasContent("{}");
  }

  @Test
  void aKeyOfOneObjectIsOneFile() throws IOException {
    put("single/train.jsonl", bytes("{}"));

    source("single/train.jsonl").fetch(scratch.resolve("model"));

    assertThat(FileTree.files(scratch.resolve("model")).keySet())
        .containsExactlyInAnyOrder("train.jsonl", "tenon.json");
  }

  @Test
  void whatIsNotThereIsATypedError() {
    assertThatThrownBy(() -> source("absent").fetch(scratch.resolve("model")))
        .isInstanceOf(TransferException.class)
        .hasMessageContaining("s3://models/absent")
        .hasMessageContaining("no object");
    BucketSource other = new BucketSource(web, server(), new BucketPlace("no-such-bucket", "x"));
    assertThatThrownBy(() -> other.fetch(scratch.resolve("model")))
        .isInstanceOfSatisfying(TransferException.class, e -> assertThat(e.status()).hasValue(404))
        .hasMessageContaining("NoSuchBucket");
    assertThat(scratch.resolve("model")).doesNotExist();
  }

  @Test
  void wrongKeysAreATypedErrorThatShowsNone() {
    put("heron/config.json", bytes("{}"));
    for (BucketKeys keys :
        List.of(
            new BucketKeys("AKIAUNKNOWN", "nothing", Optional.empty()),
            new BucketKeys(moto.accessKeyId(), "wr0ngs3cret", Optional.empty()))) {
      BucketSource source = new BucketSource(web, server(keys), new BucketPlace("models", "heron"));

      assertThatThrownBy(() -> source.fetch(scratch.resolve("model")))
          .isInstanceOfSatisfying(
              TransferException.class, e -> assertThat(e.status()).hasValue(403))
          .hasMessageContaining("AWS_SECRET_ACCESS_KEY")
          .hasMessageNotContaining("wr0ngs3cret");
      assertThat(source.toString() + server(keys) + keys).doesNotContain("wr0ngs3cret");
    }
  }

  @Test
  void withoutKeysNothingIsSigned() {
    try (MotoServer open = MotoServer.open("public");
        Web other = Web.open(UrlPolicy.PUBLIC.trusting(open.endpoint()))) {
      BucketServer anonymous = BucketServer.of(open.endpoint());
      BucketPlace place = new BucketPlace("public", "heron");
      try (S3 s3 = new S3(other, anonymous, place)) {
        assertThat(s3.get("heron/a").secrets()).isEmpty();
        s3.client()
            .putObject(
                x -> x.bucket("public").key("heron/a").acl(ObjectCannedACL.PUBLIC_READ),
                RequestBody.fromString("content"));
        s3.client()
            .putObject(x -> x.bucket("public").key("own/a"), RequestBody.fromString("content"));
      }

      new BucketSource(other, anonymous, place).fetch(scratch.resolve("model"));

      assertThat(scratch.resolve("model/a")).hasContent("content");
      BucketSource own = new BucketSource(other, anonymous, new BucketPlace("public", "own"));
      assertThatThrownBy(() -> own.fetch(scratch.resolve("own")))
          .isInstanceOf(TransferException.class)
          .hasMessageContaining("set AWS_ACCESS_KEY_ID");
    }
  }

  @Test
  void aPresignedUrlIsAnOrdinaryOne() {
    try (MotoServer open = MotoServer.open("signed");
        Web other = Web.open(UrlPolicy.PUBLIC.trusting(open.endpoint()))) {
      BucketServer server = BucketServer.of(open.endpoint());
      try (S3 s3 = new S3(other, server, new BucketPlace("signed", ""))) {
        s3.client()
            .putObject(x -> x.bucket("signed").key("a.bin"), RequestBody.fromString("weights"));
      }
      Path file = scratch.resolve("a.bin");

      Download.of(WebRequest.get(presigned(open, "a.bin")), file).run(other, FetchListener.NONE);

      assertThat(file).hasContent("weights");
      Download missing = Download.of(WebRequest.get(presigned(open, "no.bin")), file);
      assertThatThrownBy(() -> missing.run(other, FetchListener.NONE))
          .isInstanceOf(TransferException.class)
          .hasMessageContaining("/signed/no.bin")
          .hasMessageNotContaining("X-Amz");
    }
  }

  private static String presigned(MotoServer server, String key) {
    try (S3Presigner presigner =
        S3Presigner.builder()
            .region(Region.US_EAST_1)
            .endpointOverride(URI.create(server.endpoint()))
            .serviceConfiguration(S3Configuration.builder().pathStyleAccessEnabled(true).build())
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(server.accessKeyId(), server.secretAccessKey())))
            .build()) {
      return presigner
          .presignGetObject(
              x ->
                  x.signatureDuration(Duration.ofMinutes(5))
                      .getObjectRequest(y -> y.bucket("signed").key(key)))
          .url()
          .toString();
    }
  }

  @Test
  void nothingOfTheUsersProfilesIsUsed() throws IOException {
    put("plain/config.json", bytes("{}"));
    Path profiles =
        Files.writeString(
            scratch.resolve("config"),
            """
            [default]
            region = eu-west-9
            endpoint_url = http://127.0.0.1:1
            aws_access_key_id = wrong
            aws_secret_access_key = wrong
            """);
    System.setProperty("aws.configFile", profiles.toString());
    System.setProperty("aws.sharedCredentialsFile", profiles.toString());
    try {
      source("plain").fetch(scratch.resolve("model"));
      assertThat(scratch.resolve("model/config.json")).hasContent("{}");
    } finally {
      System.clearProperty("aws.configFile");
      System.clearProperty("aws.sharedCredentialsFile");
    }
  }

  @Test
  void aFetchThatWasBrokenOffAsksForTheRest() {
    put("broken/a.bin", new byte[10]);
    put("broken/b.bin", new byte[20]);
    put("broken/c.bin", new byte[30]);
    FetchListener failing =
        (file, done, total) -> {
          if (file.equals("c.bin")) {
            throw new IllegalStateException("enough");
          }
        };
    assertThatThrownBy(() -> source("broken").fetch(scratch.resolve("model"), failing))
        .hasMessageContaining("enough");
    int before = moto.requests("GET /models/broken/").size();

    source("broken").fetch(scratch.resolve("model"));

    assertThat(moto.requests("GET /models/broken/").size() - before).isLessThanOrEqualTo(1);
    assertThat(scratch.resolve("model/c.bin")).hasSize(30);
  }
}
