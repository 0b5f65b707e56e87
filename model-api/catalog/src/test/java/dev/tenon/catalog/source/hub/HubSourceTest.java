package dev.tenon.catalog.source.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.catalog.net.TransferException;
import dev.tenon.catalog.net.UrlPolicy;
import dev.tenon.catalog.net.Web;
import dev.tenon.catalog.source.Fetched;
import dev.tenon.catalog.testing.TlsServer;
import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.FileTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The file is long because each rule of the protocol is a case of its own against one hub. */
class HubSourceTest {
  private static final String WEIGHTS = "model.safetensors";

  @TempDir Path scratch;

  private final FakeHub.Tls tls = new FakeHub.Tls();
  private final FakeHub hub = tls.hub;
  private final Map<String, String> environment = new HashMap<>();
  private Web web;

  @BeforeEach
  void fill() {
    UrlPolicy policy = UrlPolicy.PUBLIC.trusting(tls.server.origin()).trusting(tls.cdn.origin());
    web = Web.open(policy, TlsServer.authority());
    environment.put("HF_ENDPOINT", tls.server.origin());
    environment.put("HF_HOME", scratch.resolve("home").toString());
    byte[] weights = new byte[300_000];
    new Random(1).nextBytes(weights);
    hub.files.put(WEIGHTS, weights);
    hub.files.put("pytorch_model.bin", new byte[1000]);
    hub.files.put("config.json", "{\"model_type\": \"llama\"}".getBytes(StandardCharsets.UTF_8));
    hub.files.put("tokenizer.json", "{}".getBytes(StandardCharsets.UTF_8));
    hub.files.put("1_Pooling/config.json", "{\"a\": 1}".getBytes(StandardCharsets.UTF_8));
    hub.files.put("merges.txt", new byte[0]);
    hub.files.put("modeling_heron.py", "raise".getBytes(StandardCharsets.UTF_8));
    hub.files.put("onnx/model.onnx", new byte[9]);
  }

  @AfterEach
  void close() {
    web.close();
    tls.close();
  }

  private HubSource source() {
    return HubSource.of(web, HubSettings.of(environment), FakeHub.REPO);
  }

  private Path storage() {
    return scratch.resolve("home/hub/models--owner--heron");
  }

  private Path destination() {
    return scratch.resolve("model");
  }

  @Test
  void bringsWhatAModelNeedsByWayOfTheSharedCache() throws IOException {
    Fetched fetched = source().fetch(destination());

    assertThat(FileTree.files(destination()).keySet())
        .containsExactlyInAnyOrder(
            WEIGHTS,
            "config.json",
            "tokenizer.json",
            "1_Pooling/config.json",
            "merges.txt",
            "tenon.json");
    assertThat(fetched.origin())
        .containsEntry("kind", "hub")
        .containsEntry("revision", "main")
        .containsEntry("commit", FakeHub.COMMIT);
    assertThat(storage().resolve("refs/main")).hasContent(FakeHub.COMMIT);
    Path pointer = storage().resolve("snapshots").resolve(FakeHub.COMMIT).resolve(WEIGHTS);
    assertThat(Files.readSymbolicLink(pointer))
        .isEqualTo(Path.of("../../blobs", hub.etag(WEIGHTS)));
    assertThat(pointer.resolveSibling("1_Pooling/config.json"))
        .hasBinaryContent(hub.files.get("1_Pooling/config.json"));
    assertThat(storage().resolve("blobs/" + hub.etag("config.json"))).exists();
    assertThat(scratch.resolve("home/hub/.locks/models--owner--heron")).isDirectory();
  }

  @Test
  void theFilesAreThoseOfTheCacheAndNoLinks() throws IOException {
    source().fetch(destination());

    Path blob = storage().resolve("blobs/" + hub.etag(WEIGHTS));
    assertThat(destination().resolve(WEIGHTS)).isRegularFile();
    assertThat(Files.isSymbolicLink(destination().resolve(WEIGHTS))).isFalse();
    assertThat(Files.isSameFile(destination().resolve(WEIGHTS), blob)).isTrue();
  }

  @Test
  void whatTheCacheHasIsNotAskedForAgain() {
    String first = source().fetch(destination()).digest();
    long bytes = tls.cdn.bytesServed();
    int requests = tls.server.requests().size();

    String second = source().fetch(scratch.resolve("other")).digest();

    assertThat(second).isEqualTo(first);
    assertThat(tls.cdn.bytesServed()).isEqualTo(bytes);
    assertThat(tls.server.requests()).hasSize(requests + 1);
  }

  @Test
  void anUnfinishedFileOfTheCacheIsGoneOnWith() throws IOException {
    byte[] weights = hub.files.get(WEIGHTS);
    Path part = storage().resolve("blobs/" + hub.etag(WEIGHTS) + ".incomplete");
    Files.createDirectories(part.getParent());
    Files.write(part, Arrays.copyOf(weights, 200_000));

    source().fetch(destination());

    assertThat(destination().resolve(WEIGHTS)).hasBinaryContent(weights);
    assertThat(tls.cdn.bytesServed()).isEqualTo(100_000);
    assertThat(part).doesNotExist();
  }

  @Test
  void aBrokenConnectionIsGoneOnWith() {
    hub.broken.set(1);

    source().fetch(destination());

    assertThat(destination().resolve(WEIGHTS)).hasBinaryContent(hub.files.get(WEIGHTS));
    assertThat(tls.cdn.bytesServed()).isLessThanOrEqualTo(hub.files.get(WEIGHTS).length + 1L);
  }

  @ParameterizedTest
  @ValueSource(strings = {WEIGHTS, "config.json"})
  void aContentThatIsNotWhatTheHubPromisedIsRefused(String path) {
    byte[] wrong = hub.files.get(path).clone();
    wrong[wrong.length / 2] ^= 1;
    if (FakeHub.isLarge(path)) {
      hub.served.put(path, wrong);
    } else {
      hub.wrong.put(path, wrong);
    }

    assertThatThrownBy(() -> source().fetch(destination()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(path);

    assertThat(destination()).doesNotExist();
    assertThat(storage().resolve("snapshots").resolve(FakeHub.COMMIT).resolve(path)).doesNotExist();
    assertThat(storage().resolve("blobs/" + hub.etag(path))).doesNotExist();
  }

  @Test
  void aDamagedContentOfTheCacheIsBroughtAnew() throws IOException {
    source().fetch(destination());
    Path blob = storage().resolve("blobs/" + hub.etag(WEIGHTS));
    Files.delete(blob);
    Files.write(blob, new byte[hub.files.get(WEIGHTS).length]);

    source().fetch(scratch.resolve("other"));

    assertThat(scratch.resolve("other").resolve(WEIGHTS)).hasBinaryContent(hub.files.get(WEIGHTS));
  }

  @Test
  void theTokenGoesToTheHubAndNowhereElse() {
    hub.token = "hf_secret";
    environment.put("HF_TOKEN", "hf_secret");

    source().fetch(destination());

    assertThat(hub.withAuthorization).isNotEmpty().doesNotContain("cdn");
    assertThat(source().settings().toString() + source()).doesNotContain("hf_secret");
  }

  @Test
  void theTokenOfPythonsFileIsUsed() throws IOException {
    hub.token = "hf_of_file";
    Files.createDirectories(scratch.resolve("home"));
    Files.writeString(scratch.resolve("home/token"), "hf_of_file\n");

    source().fetch(destination());

    assertThat(destination()).isDirectory();
  }

  @ParameterizedTest
  @CsvSource({
    "401, '', set HF_TOKEN",
    "401, GatedRepo, accept its licence",
    "403, GatedRepo, accept its licence",
    "404, RepoNotFound, 'repository and revision that exist'",
    "404, RevisionNotFound, 'branch, tag or commit'",
    "429, '', wait"
  })
  void aRefusalSaysWhatToDo(int status, String code, String words) {
    hub.refusal = status;
    hub.refusalCode = code;

    assertThatThrownBy(() -> source().fetch(destination()))
        .isInstanceOfSatisfying(
            TransferException.class, e -> assertThat(e.status()).hasValue(status))
        .hasMessageContaining(FakeHub.REPO)
        .hasMessageContaining(words);
  }

  @Test
  void aRevisionIsABranchATagOrACommit() throws IOException {
    source().revision("feature/x").fetch(destination());
    assertThat(storage().resolve("refs/feature/x")).hasContent(FakeHub.COMMIT);

    Fetched pinned = source().revision(FakeHub.COMMIT).fetch(scratch.resolve("pinned"));
    assertThat(pinned.origin()).containsEntry("commit", FakeHub.COMMIT);

    assertThatThrownBy(() -> source().revision("absent").fetch(scratch.resolve("no")))
        .isInstanceOf(TransferException.class)
        .hasMessageContaining("not absent");
  }

  @Test
  void aCommitThatTheCacheHasNeedsNoServer() {
    source().fetch(destination());
    int requests = tls.server.requests().size();

    source().revision(FakeHub.COMMIT).fetch(scratch.resolve("pinned"));

    assertThat(tls.server.requests()).hasSize(requests);
  }

  @Test
  void offlineTheCacheHasToDo() throws IOException {
    String digest = source().fetch(destination()).digest();
    int requests = tls.server.requests().size();
    environment.put("HF_HUB_OFFLINE", "1");

    assertThat(source().fetch(scratch.resolve("offline")).digest()).isEqualTo(digest);

    Files.delete(storage().resolve("blobs/" + hub.etag(WEIGHTS)));
    assertThatThrownBy(() -> source().fetch(scratch.resolve("lacking")))
        .isInstanceOf(TransferException.class)
        .hasMessageContaining("without " + WEIGHTS)
        .hasMessageContaining("HF_HUB_OFFLINE");
    assertThatThrownBy(() -> source().revision("v1").fetch(scratch.resolve("lacking")))
        .hasMessageContaining("nothing of revision v1");
    assertThat(tls.server.requests()).hasSize(requests);
  }

  @Test
  void offlineADamagedContentIsRefused() throws IOException {
    source().fetch(destination());
    environment.put("HF_HUB_OFFLINE", "1");
    Path blob = storage().resolve("blobs/" + hub.etag("config.json"));
    Files.delete(blob);
    Files.writeString(blob, "{}");

    assertThatThrownBy(() -> source().fetch(scratch.resolve("offline")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("config.json");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../x.json",
        "/x.json",
        "a\\b.json",
        "CON.json",
        "CONFIG.json",
        "config.json/x.json"
      })
  void namesThatLeaveTheDirectoryAreRefused(String path) throws IOException {
    hub.files.put(path, new byte[3]);

    assertThatThrownBy(() -> source().fetch(destination()))
        .isInstanceOf(InvalidInputException.class);

    assertThat(destination()).doesNotExist();
    assertThat(storage().resolve("snapshots")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "a/b/c", "../b", "a--b", "a..b", "-a", "a/.b", "a/b.git", "a b", "a/b\n", "/a"
      })
  void namesOfRepositoriesFollowTheHubsRules(String id) {
    assertThatThrownBy(() -> new HubRepo(id)).isInstanceOf(InvalidInputException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-x", "../x", "a b", "x~1", "/x", "a//b", ".hidden", "x.lock", "a:b"})
  void revisionsFollowTheRulesOfGit(String revision) {
    assertThatThrownBy(() -> source().revision(revision)).isInstanceOf(InvalidInputException.class);
  }

  @Test
  void withoutLinksTheCacheHasTheFilesThemselves() throws IOException {
    environment.put("HF_HUB_DISABLE_SYMLINKS", "1");

    source().fetch(destination());
    Path pointer = storage().resolve("snapshots").resolve(FakeHub.COMMIT).resolve(WEIGHTS);
    assertThat(Files.isSymbolicLink(pointer)).isFalse();
    assertThat(pointer).hasBinaryContent(hub.files.get(WEIGHTS));

    long bytes = tls.cdn.bytesServed();
    Files.delete(storage().resolve("blobs/" + hub.etag(WEIGHTS)));
    source().fetch(scratch.resolve("other"));
    assertThat(tls.cdn.bytesServed()).isEqualTo(bytes);
  }

  @Test
  void aHubThatListsNoSizesIsAskedForEach() {
    hub.listsBlobs = false;

    source().fetch(destination());

    assertThat(tls.server.requests()).anyMatch(x -> x.startsWith("HEAD "));
    assertThat(destination().resolve(WEIGHTS)).hasBinaryContent(hub.files.get(WEIGHTS));
  }

  @Test
  void picklesComeWhereThereIsNothingElse() throws IOException {
    hub.files.remove(WEIGHTS);

    source().fetch(destination());

    assertThat(FileTree.files(destination())).containsKey("pytorch_model.bin");
  }

  @Test
  void patternsSayWhichFiles() throws IOException {
    HubSelection selection = HubSelection.of(List.of("*.json", "onnx/"), List.of("1_[Pp]*"));

    source().selection(selection).fetch(destination());

    assertThat(FileTree.files(destination()).keySet())
        .containsExactlyInAnyOrder(
            "config.json", "tokenizer.json", "onnx/model.onnx", "tenon.json");
  }

  @Test
  void severalThreadsBringAContentOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<Future<Fetched>> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Path place = scratch.resolve("model-" + i);
      all.add(threads.submit(() -> source().fetch(place)));
    }
    for (Future<Fetched> each : all) {
      assertThat(each.get().digest()).isEqualTo(all.get(0).get().digest());
    }
    threads.shutdown();

    assertThat(tls.cdn.bytesServed()).isEqualTo(hub.files.get(WEIGHTS).length);
  }

  @Test
  void theAddressOfTheEnvironmentIsTrusted() {
    HubSettings settings = HubSettings.of(Map.of("HF_ENDPOINT", "http://127.0.0.1:8080/"));

    assertThat(settings.policy(UrlPolicy.PUBLIC).check("http://127.0.0.1:8080/api").getPort())
        .isEqualTo(8080);
    assertThat(HubSettings.of(Map.of()).policy(UrlPolicy.PUBLIC)).isEqualTo(UrlPolicy.PUBLIC);
  }
}
