package dev.tenon.catalog;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpHandler;
import dev.tenon.catalog.job.Job;
import dev.tenon.catalog.job.JobContext;
import dev.tenon.catalog.job.JobFailedException;
import dev.tenon.catalog.job.JobType;
import dev.tenon.catalog.job.JobTypes;
import dev.tenon.catalog.net.RefusedUrlException;
import dev.tenon.catalog.net.TransferException;
import dev.tenon.catalog.source.CredentialSource;
import dev.tenon.catalog.source.FetchListener;
import dev.tenon.catalog.source.git.GitFixture;
import dev.tenon.catalog.source.git.LfsBackend;
import dev.tenon.catalog.source.hub.FakeHub;
import dev.tenon.catalog.spec.SpecKind;
import dev.tenon.catalog.store.ObjectName;
import dev.tenon.catalog.store.Registration;
import dev.tenon.catalog.store.RegistrationState;
import dev.tenon.catalog.store.StoredVersion;
import dev.tenon.catalog.testing.Breaking;
import dev.tenon.catalog.testing.TlsServer;
import dev.tenon.error.InvalidInputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each kind of source on its whole way: from a description to a version.
 *
 * <p>The file is long because each kind of source has its server, and all share one catalog.
 */
@Timeout(120)
class CatalogSourcesTest {
  private static final String SECRET = "tok-4f9d0c7a";
  private static final byte[] WEIGHTS = new byte[200_000];

  @TempDir private Path directory;
  private final Map<String, byte[]> files = new ConcurrentHashMap<>();
  private volatile HttpHandler handler = TlsServer.files(files);
  private TlsServer server;
  private Catalog catalog;

  @BeforeEach
  void open() {
    server = TlsServer.start(exchange -> handler.handle(exchange));
    catalog = Catalog.open(options(), new JobTypes());
  }

  @AfterEach
  void close() {
    catalog.close();
    server.close();
  }

  private CatalogOptions options() {
    return CatalogOptions.of(directory.resolve("home"))
        .withAuthorities(TlsServer.authority())
        .trusting(server.origin());
  }

  private String register(String text) throws IOException {
    Path file = Files.writeString(directory.resolve("description.yaml"), text);
    return catalog.register(List.of(file.toString()), Optional.empty(), true).get(0).name();
  }

  private StoredVersion fetch(String name) {
    return catalog.fetch(name, FetchListener.NONE);
  }

  private Registration registration(String name) {
    return catalog.findDescription(SpecKind.MODEL, name).orElseThrow().registration();
  }

  private static String mlx(String url) {
    return "name: Heron\nframework: {name: pytorch}\nserve:\n  servable: true\n"
        + "  model_source: {servable_model: {url: \""
        + url
        + "\"}}\n";
  }

  private static String stored(String endpoint) {
    return "name: Egret\nframework: {name: pytorch}\nserve:\n  servable: true\n"
        + "  model_source: {servable_model: {data_store: shelf, bucket: models, path: egret}}\n"
        + "data_stores: [{name: shelf, connection: {endpoint: \""
        + endpoint
        + "\"}}]\n";
  }

  private static String substratus(String name, String spec) {
    return "kind: Model\nmetadata: {name: " + name + "}\nspec: " + spec + "\n";
  }

  private static Map<String, byte[]> model(String below) {
    Map<String, byte[]> model = new TreeMap<>();
    model.put(below + "config.json", "{}".getBytes(UTF_8));
    model.put(below + "model.safetensors", WEIGHTS);
    return model;
  }

  private byte[] tarGz(Map<String, byte[]> entries) throws IOException {
    Path root = Files.createTempDirectory(directory, "tar");
    for (Map.Entry<String, byte[]> each : entries.entrySet()) {
      Path file = root.resolve("files").resolve(each.getKey());
      Files.createDirectories(file.getParent());
      Files.write(file, each.getValue());
    }
    Process tar =
        new ProcessBuilder("tar", "-czf", "x.tar.gz", "-C", "files", ".")
            .directory(root.toFile())
            .inheritIO()
            .start();
    try {
      assertThat(tar.waitFor()).isZero();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return Files.readAllBytes(root.resolve("x.tar.gz"));
  }

  private static byte[] zip(Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> each : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(each.getKey()));
        zip.write(each.getValue());
        zip.closeEntry();
      }
    }
    return bytes.toByteArray();
  }

  private static void isModel(StoredVersion version) {
    assertThat(version.directory().resolve("config.json")).hasContent("{}");
    assertThat(version.directory().resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
  }

  @Test
  void anArchiveIsTheDirectoryThatItsFilesLieIn() throws IOException {
    files.put("/flat.tar.gz", tarGz(model("")));
    files.put("/top.tar.gz", tarGz(model("heron-1.0/")));
    files.put("/top.zip", zip(model("heron-1.0/")));

    for (String each : files.keySet()) {
      StoredVersion version = fetch(register(mlx(server.url(each))));
      isModel(version);
      assertThat(version.record().lineage().origin()).containsEntry("url", server.url(each));
      catalog.store().verify(version);
    }
    assertThat(catalog.store().versions(ObjectName.model("heron"))).hasSize(3);
  }

  @Test
  void whatWasFetchedIsNotAskedForAgain() throws IOException {
    files.put("/heron.zip", zip(model("")));
    String heron = register(mlx(server.url("/heron.zip")));
    assertThat(registration(heron).state()).isEqualTo(RegistrationState.CREATED);
    StoredVersion first = fetch(heron);
    int requests = server.requests().size();

    assertThat(fetch(heron)).isEqualTo(first);
    assertThat(server.requests()).hasSize(requests);
    assertThat(registration(heron).state()).isEqualTo(RegistrationState.FETCHED);
  }

  @Test
  void aBrokenFetchTellsWhyAndGoesOnLater() throws IOException {
    byte[] archive = new byte[3_000_000];
    new Random(1).nextBytes(archive);
    files.put("/weights.bin", archive);
    handler = new Breaking(TlsServer.files(files), Integer.MAX_VALUE, 100_000);
    String heron = register(mlx(server.url("/weights.bin")));

    assertThatThrownBy(() -> fetch(heron)).isInstanceOf(TransferException.class);
    assertThat(registration(heron).state()).isEqualTo(RegistrationState.CREATED);
    assertThat(registration(heron).error())
        .hasValueSatisfying(x -> assertThat(x).contains("weights.bin"));
    assertThat(catalog.store().versions(ObjectName.model("heron"))).isEmpty();

    handler = TlsServer.files(files);
    long before = server.bytesServed();
    assertThat(fetch(heron).directory().resolve("weights.bin")).hasBinaryContent(archive);
    assertThat(server.bytesServed() - before).isLessThan(archive.length);
    assertThat(registration(heron).state()).isEqualTo(RegistrationState.FETCHED);
    assertThat(registration(heron).error()).isEmpty();
  }

  @Test
  void catalogsOnOneHomeFetchAModelOnce() throws Exception {
    files.put("/heron.zip", zip(model("")));
    String heron = register(mlx(server.url("/heron.zip")));
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (Catalog other = Catalog.open(options(), new JobTypes())) {
      List<Future<StoredVersion>> all =
          Stream.of(catalog, other, catalog, other)
              .map(x -> threads.submit(() -> x.fetch(heron, FetchListener.NONE)))
              .toList();
      for (Future<StoredVersion> each : all) {
        assertThat(each.get().ref().text()).isEqualTo("heron:1");
      }
    } finally {
      threads.shutdown();
    }
    isModel(catalog.store().versions(ObjectName.model("heron")).get(0));
    assertThat(server.requests().stream().filter(x -> x.startsWith("GET"))).hasSize(1);
  }

  @Test
  void gitBringsABranchATagOrACommitBelowAPath() throws IOException {
    GitFixture git = new GitFixture(directory.resolve("served"), "repo");
    handler = new LfsBackend(directory.resolve("served"));
    String first = git.file("models/heron/config.json", "1").file("other.txt", "x").commit();
    git.git("tag", "v1");
    git.git("checkout", "--quiet", "-b", "side");
    git.file("models/heron/config.json", "2").commit();
    String url = "url: \"" + server.url("/repo/.git") + "\", path: /models/heron";

    Map<String, String> expected =
        Map.of("", "2", ", branch: main", "1", ", tag: v1", "1", ", branch: " + first, "1");
    for (Map.Entry<String, String> each : expected.entrySet()) {
      String spec = "{source: {git: {" + url + each.getKey() + "}}}";
      StoredVersion version = fetch(register(substratus("heron", spec)));
      assertThat(version.directory().resolve("config.json")).hasContent(each.getValue());
      assertThat(version.directory().resolve("other.txt")).doesNotExist();
      assertThat(version.record().lineage().origin()).containsKey("revision");
    }
    assertThatThrownBy(
            () ->
                fetch(
                    register(
                        substratus("heron", "{source: {git: {" + url + ", branch: nobody}}}"))))
        .hasMessageContaining("nobody");
  }

  @Test
  void gitLfsBringsObjectsForPointers() throws IOException {
    GitFixture git = new GitFixture(directory.resolve("served"), "repo");
    LfsBackend backend = new LfsBackend(directory.resolve("served"));
    handler = backend;
    git.file("config.json", "{}").file("model.safetensors", backend.pointer(WEIGHTS)).commit();

    isModel(
        fetch(
            register(
                "framework: transformers\nname: lab/pairs\nservices: [fill-mask]\n"
                    + "sourceKind: git_lfs\nsource: "
                    + server.url("/repo/.git")
                    + "\n")));
  }

  @Test
  void aLoaderImageIsTheHubWithItsToken() throws IOException {
    try (FakeHub.Tls tls = new FakeHub.Tls()) {
      tls.hub.token = SECRET;
      tls.hub.files.putAll(model(""));
      Map<String, String> environment =
          Map.of("HF_ENDPOINT", tls.server.origin(), "HF_HOME", directory.resolve("hf").toString());
      CatalogOptions options =
          options()
              .trusting(tls.server.origin())
              .trusting(tls.cdn.origin())
              .withEnvironment(environment)
              .withCredentials(x -> x.equals("hub.token") ? Optional.of(SECRET) : Optional.empty());
      try (Catalog other = Catalog.open(options, new JobTypes())) {
        String image = "{source: {image: \"substratusai/hf-model-loader:v1\"}, params: {name: %s}}";
        String heron = register(substratus("heron", image.formatted(FakeHub.REPO)));
        isModel(other.fetch(heron, FetchListener.NONE));
        register(substratus("heron", image.formatted("owner/nobody")));
        assertThatThrownBy(() -> other.fetch(heron, FetchListener.NONE))
            .hasMessageContaining("owner/nobody")
            .hasMessageNotContaining(SECRET);
        register(
            substratus(
                "heron", "{source: {image: substratusai/hf-model-loader}, params: {nam: x}}"));
        assertThatThrownBy(() -> other.fetch(heron, FetchListener.NONE))
            .isInstanceOf(InvalidInputException.class)
            .hasMessageContaining("params.name");
      }
      assertThat(tls.hub.withAuthorization).isNotEmpty().doesNotContain("cdn");
    }
    assertThat(filesWith(SECRET)).isEmpty();
  }

  /** Files of the home and of the hub's cache that hold a text. */
  private List<Path> filesWith(String text) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(Files::isRegularFile)
          .filter(
              x -> {
                try {
                  return new String(Files.readAllBytes(x), ISO_8859_1).contains(text);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              })
          .toList();
    }
  }

  @Test
  void aSecretOfAJobStaysWithIt() throws Exception {
    JobTypes types = new JobTypes();
    types.register(new Telling());
    CredentialSource secrets = x -> Optional.of(SECRET).filter(y -> x.equals("hub.token"));
    Path file = Files.writeString(directory.resolve("d.jsonl"), "{\"text\": \"a\"}\n");
    files.put("/heron.zip", zip(model("")));
    try (Catalog other = Catalog.open(options().withCredentials(secrets), types)) {
      register(mlx(server.url("/heron.zip")));
      String tuned =
          register(
              substratus(
                  "tuned",
                  "{source: {model: {name: heron}}, training: {},"
                      + " env: {TOKEN: \"${{ secrets.hub.token }}\"}}"));
      Job job =
          other.train(
              tuned,
              LaunchOptions.NONE.withDataset(file.toString()).withRunner("telling"),
              FetchListener.NONE);

      assertThatThrownBy(() -> other.await(job))
          .isInstanceOf(JobFailedException.class)
          .hasMessageContaining("told")
          .hasMessageNotContaining(SECRET);
      assertThat(job.log()).content().contains("told").doesNotContain(SECRET);
    }
    assertThat(filesWith(SECRET)).isEmpty();
  }

  /** Says what it should not. */
  private static final class Telling implements JobType {
    @Override
    public String name() {
      return "telling";
    }

    @Override
    public void run(JobContext context) {
      context.log("told " + context.env());
      throw new InvalidInputException("told " + context.env().get("TOKEN"));
    }
  }

  @Test
  void anotherImageIsABuildContextUntilItsFilesAreUploaded() throws IOException {
    String heron =
        register(
            substratus(
                "heron", "{source: {image: e.example/loader:1}, params: {a: 1}, training: {}}"));
    StoredVersion context = fetch(heron);
    assertThat(context.directory().resolve("Dockerfile")).content().contains("e.example/loader:1");
    assertThat(context.record().lineage().origin()).containsEntry("kind", "build-context");
    String short1 = register(substratus("short", "{source: {model: {name: heron}}}"));
    assertThatThrownBy(() -> fetch(short1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("build context")
        .hasMessageContaining("tenon upload heron DIR");
    Path data = Files.writeString(directory.resolve("d.jsonl"), "{\"text\": \"a\"}\n");
    LaunchOptions given = LaunchOptions.NONE.withDataset(data.toString());
    assertThatThrownBy(() -> catalog.train(heron, given, FetchListener.NONE))
        .hasMessageContaining("build context");
    assertThatThrownBy(() -> catalog.prepare(context)).hasMessageContaining("build context");

    Path made = Files.createDirectory(directory.resolve("made"));
    for (Map.Entry<String, byte[]> each : model("").entrySet()) {
      Files.write(made.resolve(each.getKey()), each.getValue());
    }
    catalog.upload(heron, made);
    isModel(fetch(heron));
    isModel(fetch(short1));
  }

  @Test
  void anotherModelsFilesAreFetchedFirstAndLinked() throws IOException {
    files.put("/heron.zip", zip(model("")));
    register(mlx(server.url("/heron.zip")));
    String tuned = register(substratus("tuned", "{source: {model: {name: heron}}}"));

    StoredVersion version = fetch(tuned);

    isModel(version);
    assertThat(version.record().lineage().parent().orElseThrow().object().name())
        .isEqualTo("heron");
    assertThat(fetch(tuned)).isEqualTo(version);
  }

  @Test
  void descriptionsComeByHttps() throws IOException {
    String text = substratus("heron", "{}");
    files.put("/heron.yaml", text.getBytes(UTF_8));
    files.put(
        "/egret.tar.gz",
        tarGz(Map.of("a/egret.yml", text.replace("heron", "egret").getBytes(UTF_8))));

    List<String> both = List.of(server.url("/heron.yaml?a=1"), server.url("/egret.tar.gz"));
    assertThat(catalog.register(both, Optional.empty(), false))
        .extracting(Description::name)
        .containsExactlyInAnyOrder("heron", "egret");
    List<String> missing = List.of(server.url("/nobody.yaml"));
    assertThatThrownBy(() -> catalog.register(missing, Optional.empty(), false))
        .isInstanceOf(TransferException.class)
        .hasMessageContaining("404");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a/heron.yaml", "https://[::1]:1/heron.yaml", "http://8.8.8.8/x.yaml"})
  void aRedirectionLeadsNowhereThatIsRefused(String target) {
    try (TlsServer other = TlsServer.start(TlsServer.files(files))) {
      String location = target.contains("://") ? target : other.url("/heron.yaml");
      handler =
          exchange -> {
            exchange.getResponseHeaders().set("Location", location);
            exchange.sendResponseHeaders(302, -1);
          };
      List<String> asked = List.of(server.url("/heron.yaml"));

      assertThatThrownBy(() -> catalog.register(asked, Optional.empty(), false))
          .isInstanceOf(RefusedUrlException.class);
      assertThat(other.requests()).isEmpty();
    }
  }

  @Test
  void addressesOfThisMachineAreNotAskedWithoutTrust() throws IOException {
    try (TlsServer other = TlsServer.start(TlsServer.files(files))) {
      String git = "{source: {git: {url: \"" + other.url("/repo.git") + "\"}}}";
      String lfs =
          "framework: transformers\nname: l\nservices: [fill-mask]\nsourceKind: git_lfs\nsource: ";
      for (String each :
          List.of(
              mlx(other.url("/x.zip")),
              substratus("g", git),
              lfs + other.url("/repo.git") + "\n",
              stored(other.origin()))) {
        String name = register(each);
        assertThatThrownBy(() -> fetch(name)).isInstanceOf(RefusedUrlException.class);
        assertThat(registration(name).error()).isPresent();
      }
      assertThat(other.requests()).isEmpty();
    }
  }
}
