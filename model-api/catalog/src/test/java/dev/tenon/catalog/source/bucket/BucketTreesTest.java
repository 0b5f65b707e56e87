package dev.tenon.catalog.source.bucket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.catalog.net.TransferException;
import dev.tenon.catalog.net.UrlPolicy;
import dev.tenon.catalog.net.Web;
import dev.tenon.catalog.source.FetchListener;
import dev.tenon.catalog.testing.MotoServer;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.FileTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;

@Tag("servers")
class BucketTreesTest {
  private static final String NAME = "models/default/heron";
  private static final int MEBIBYTE = 1 << 20;
  private static final BucketPlace PLACE = new BucketPlace("store", "team");

  @TempDir Path scratch;

  private MotoServer moto;
  private Web web;

  @BeforeEach
  void start() throws IOException {
    moto = MotoServer.guarded("store");
    web = Web.open(UrlPolicy.PUBLIC.trusting(moto.endpoint()));
    Files.createDirectories(tree().resolve("sub"));
    Files.writeString(tree().resolve("config.json"), "{}");
    Files.writeString(tree().resolve("sub/same.json"), "{}");
    Files.write(tree().resolve("empty.txt"), new byte[0]);
  }

  @AfterEach
  void stop() {
    if (moto != null) {
      web.close();
      moto.close();
    }
  }

  private Path tree() {
    return scratch.resolve("tree");
  }

  private void weights(int mebibytes) throws IOException {
    byte[] content = new byte[mebibytes * MEBIBYTE + 5];
    new Random(3).nextBytes(content);
    Files.write(tree().resolve("model.safetensors"), content);
  }

  private BucketServer server() {
    BucketKeys keys = new BucketKeys(moto.accessKeyId(), moto.secretAccessKey(), Optional.empty());
    return new BucketServer(moto.endpoint(), BucketServer.DEFAULT_REGION, Optional.of(keys));
  }

  private BucketTrees trees() {
    return new BucketTrees(web, server(), PLACE, 8 * MEBIBYTE);
  }

  private BucketManifest push() {
    return trees().push(NAME, tree(), Map.of("number", 3), FetchListener.NONE);
  }

  private void put(String key, byte[] content) {
    try (S3 s3 = new S3(web, server(), PLACE)) {
      s3.client().putObject(x -> x.bucket("store").key(key), RequestBody.fromBytes(content));
    }
  }

  private String blob(String path) throws IOException {
    return "team/blobs/" + FileTree.sha256(tree().resolve(path));
  }

  @Test
  void whatIsPushedIsPulled() throws IOException {
    weights(20);
    BucketManifest pushed = push();

    assertThat(trees().digests(NAME)).containsExactly(pushed.digest());
    BucketManifest found = trees().manifest(NAME, pushed.digest());
    trees().pull(found, scratch.resolve("pulled"), FetchListener.NONE);

    assertThat(found.about().get("number")).hasToString("3");
    assertThat(digests(scratch.resolve("pulled"))).isEqualTo(digests(tree()));
    assertThat(scratch.resolve(".pulled.parts")).doesNotExist();
  }

  private static Map<String, String> digests(Path directory) throws IOException {
    Map<String, String> all = new TreeMap<>();
    for (Map.Entry<String, Path> each : FileTree.files(directory).entrySet()) {
      all.put(each.getKey(), FileTree.sha256(each.getValue()));
    }
    return all;
  }

  @Test
  void aContentIsSentOnce() throws IOException {
    weights(20);
    push();
    assertThat(moto.requests("PUT /store/" + blob("config.json"))).hasSize(1);
    int before = moto.requests("PUT /store/team/blobs/").size();
    Files.writeString(tree().resolve("more.json"), "{\"more\": 1}");

    push();

    assertThat(moto.requests("PUT /store/team/blobs/")).hasSize(before + 1);
    assertThat(trees().digests(NAME)).hasSize(2);
  }

  @Test
  void anObjectWithoutTheDigestIsSentAgain() throws IOException {
    put(blob("config.json"), "ab".getBytes(StandardCharsets.UTF_8));

    BucketManifest pushed = push();

    trees().pull(pushed, scratch.resolve("pulled"), FetchListener.NONE);
    assertThat(scratch.resolve("pulled/config.json")).hasContent("{}");
  }

  @Test
  void aKilledPushGoesOnWithItsParts() throws Exception {
    weights(80);
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                PushMain.class.getName(),
                tree().toString(),
                String.valueOf(4 * 8 * MEBIBYTE))
            .redirectErrorStream(true)
            .redirectOutput(scratch.resolve("output").toFile());
    builder.environment().put("AWS_ENDPOINT_URL", moto.endpoint());
    builder.environment().put("AWS_ACCESS_KEY_ID", moto.accessKeyId());
    builder.environment().put("AWS_SECRET_ACCESS_KEY", moto.secretAccessKey());
    Process process = builder.start();
    String part = "PUT /store/" + blob("model.safetensors");
    while (process.isAlive() && moto.requests(part).size() < 5) {
      Thread.sleep(20);
    }
    assertThat(process.isAlive()).as(Files.readString(scratch.resolve("output"))).isTrue();
    process.destroyForcibly().waitFor();
    int sent = moto.requests(part).size();
    assertThat(trees().digests(NAME)).isEmpty();

    BucketManifest pushed = push();

    assertThat(sent).isBetween(5, 10);
    assertThat(moto.requests(part).size() - sent).isBetween(1, 11 - 4);
    try (S3 s3 = new S3(web, server(), PLACE)) {
      assertThat(Listing.head(s3, blob("model.safetensors"), x -> {}).orElseThrow().contentLength())
          .isEqualTo(80L * MEBIBYTE + 5);
    }
    assertThat(trees().digests(NAME)).containsExactly(pushed.digest());
  }

  @Test
  void aContentThatWasChangedInTheBucketIsRefused() throws IOException {
    BucketManifest pushed = push();
    put(blob("config.json"), "[]".getBytes(StandardCharsets.UTF_8));

    assertThatThrownBy(() -> trees().pull(pushed, scratch.resolve("pulled"), FetchListener.NONE))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(".json");
  }

  @Test
  void aContentThatIsNotThereIsATypedErrorAndTheRestIsKept() throws IOException {
    BucketManifest pushed = push();
    try (S3 s3 = new S3(web, server(), PLACE)) {
      String key = blob("config.json");
      s3.client().deleteObject(x -> x.bucket("store").key(key));
    }

    assertThatThrownBy(() -> trees().pull(pushed, scratch.resolve("pulled"), FetchListener.NONE))
        .isInstanceOfSatisfying(TransferException.class, e -> assertThat(e.status()).hasValue(404));

    push();
    trees().pull(pushed, scratch.resolve("pulled"), FetchListener.NONE);
    assertThat(digests(scratch.resolve("pulled"))).isEqualTo(digests(tree()));
  }

  @Test
  void aManifestIsNotBelieved() throws IOException {
    String digest = "0".repeat(64);
    String entry = "{\"bytes\": 1, \"sha256\": \"" + digest + "\"}";
    List<String> hostile =
        List.of(
            "{\"../x\": " + entry + "}",
            "{\"a\": " + entry + ", \"A\": " + entry + "}",
            "{\"a\": {\"bytes\": -1, \"sha256\": \"" + digest + "\"}}",
            "{\"a\": {\"bytes\": 1, \"sha256\": \"../../x\"}}",
            "{\"a\": " + entry + "}",
            "[]");
    for (String files : hostile) {
      String text =
          "{\"format\": \"tenon-tree\", \"format_version\": 1, \"about\": {}, \"digest\": \""
              + digest
              + "\", \"files\": "
              + files
              + "}";
      put("team/" + NAME + "/" + digest + ".json", text.getBytes(StandardCharsets.UTF_8));

      assertThatThrownBy(() -> trees().manifest(NAME, digest))
          .as(files)
          .isInstanceOf(InvalidInputException.class);
    }
    assertThatThrownBy(() -> trees().manifest(NAME, "1".repeat(64)))
        .isInstanceOf(TransferException.class)
        .hasMessageContaining("missing");
  }

  @Test
  void aTreeThatDoesNotFitOnTheDiskIsRefusedBeforeItIsBrought() {
    String sha256 = "0".repeat(64);
    TreeMap<String, BucketManifest.Entry> files = new TreeMap<>();
    files.put("a", new BucketManifest.Entry(Long.MAX_VALUE, sha256));
    files.put("b", new BucketManifest.Entry(Long.MAX_VALUE, sha256));
    String digest = FileTree.digest(new TreeMap<>(Map.of("a", sha256, "b", sha256)));
    BucketManifest manifest = new BucketManifest(digest, files, Map.of());

    assertThatThrownBy(() -> trees().pull(manifest, scratch.resolve("pulled"), FetchListener.NONE))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("free");
  }
}
