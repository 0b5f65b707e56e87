package dev.tenon.catalog.source.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.catalog.net.RefusedUrlException;
import dev.tenon.catalog.net.TransferException;
import dev.tenon.catalog.net.Web;
import dev.tenon.catalog.source.CredentialSource;
import dev.tenon.catalog.source.Fetched;
import dev.tenon.catalog.testing.Breaking;
import dev.tenon.catalog.testing.TlsServer;
import dev.tenon.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class GitLfsSourceTest {
  private static final byte[] WEIGHTS = bytes(3_000_000);

  @TempDir Path directory;
  private Path destination;
  private GitFixture repository;
  private LfsBackend backend;
  private TlsServer server;

  @BeforeEach
  void start() throws IOException {
    destination = directory.resolve("model");
    repository = new GitFixture(directory.resolve("served"), "repo.git");
    backend = new LfsBackend(directory.resolve("served"));
    server = TlsServer.start(backend);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void replacesPointersByTheirObjects() throws IOException {
    repository.file("config.json", "{}").file("w/model.bin", backend.pointer(WEIGHTS)).commit();
    Fetched fetched = source().fetch(destination);
    assertThat(destination.resolve("w/model.bin")).hasBinaryContent(WEIGHTS);
    assertThat(destination.resolve("config.json")).hasContent("{}");
    assertThat(fetched.origin()).containsEntry("kind", "git_lfs").containsKey("revision");
    assertThat(backend.batches)
        .singleElement()
        .satisfies(
            x -> {
              assertThat(x.string("operation")).isEqualTo("download");
              assertThat(x.string("hash_algo")).isEqualTo("sha256");
              assertThat(x.object("ref").string("name")).isEqualTo("refs/heads/main");
            });
  }

  @Test
  void equalObjectsComeOnceAndEmptyOnesNever() throws IOException {
    repository.file("a.bin", backend.pointer(WEIGHTS)).file("b.bin", backend.pointer(WEIGHTS));
    repository.file("empty.bin", backend.pointer(new byte[0])).commit();
    source().fetch(destination);
    assertThat(destination.resolve("a.bin")).hasBinaryContent(WEIGHTS);
    assertThat(destination.resolve("b.bin")).hasBinaryContent(WEIGHTS);
    assertThat(destination.resolve("empty.bin")).isEmptyFile();
    assertThat(downloads()).isEqualTo(1);
  }

  @Test
  void aHundredObjectsAreAskedForAtOnce() throws IOException {
    for (int i = 0; i < 101; i++) {
      repository.file("f" + i, backend.pointer(new byte[] {1, (byte) i}));
    }
    repository.commit();
    source().fetch(destination);
    assertThat(backend.batches.stream().map(x -> x.objects("objects").size()))
        .containsExactly(100, 1);
  }

  @Test
  void anInterruptedObjectIsGoneOnWith() throws IOException {
    repository.file("model.bin", backend.pointer(WEIGHTS)).commit();
    backend.download = new Breaking(backend::object, 1, 1_000_000);
    source().fetch(destination);
    assertThat(destination.resolve("model.bin")).hasBinaryContent(WEIGHTS);
    assertThat(downloads()).isEqualTo(2);
  }

  @Test
  void theNextFetchAsksForTheRestOnly() throws IOException {
    repository.file("model.bin", backend.pointer(WEIGHTS)).commit();
    backend.download = new Breaking(backend::object, 99, 500_000);
    assertThatThrownBy(() -> source().fetch(destination)).isInstanceOf(TransferException.class);
    assertThat(destination).doesNotExist();
    AtomicInteger start = new AtomicInteger();
    backend.download =
        exchange -> {
          String range = exchange.getRequestHeaders().getFirst("Range");
          start.set(Integer.parseInt(range.replaceAll("[^0-9]", "")));
          backend.object(exchange);
        };
    long before = server.bytesServed();
    source().fetch(destination);
    assertThat(destination.resolve("model.bin")).hasBinaryContent(WEIGHTS);
    assertThat(start.get()).isPositive();
    assertThat(server.bytesServed() - before).isLessThan(WEIGHTS.length - start.get() + 10_000);
  }

  @Test
  void aCorruptedObjectIsRefused() throws IOException {
    repository.file("model.bin", backend.pointer(WEIGHTS)).commit();
    byte[] other = WEIGHTS.clone();
    other[2_000_000]++;
    backend.objects.replaceAll((oid, content) -> other);
    assertThatThrownBy(() -> source().fetch(destination))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("content of model.bin: sha256 ");
    assertThat(destination).doesNotExist();
    backend.objects.replaceAll((oid, content) -> WEIGHTS);
    source().fetch(destination);
    assertThat(destination.resolve("model.bin")).hasBinaryContent(WEIGHTS);
  }

  @Test
  void anObjectOfAnotherSizeIsRefused() throws IOException {
    repository.file("model.bin", backend.pointer(WEIGHTS)).commit();
    backend.objects.replaceAll((oid, content) -> bytes(2_999_999));
    assertThatThrownBy(() -> source().fetch(destination))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("size of model.bin: 2999999 bytes (expected: 3000000 bytes)");
  }

  @Test
  void aMissingObjectIsSaid() throws IOException {
    String pointer = backend.pointer(WEIGHTS);
    backend.objects.clear();
    repository.file("model.bin", pointer).commit();
    assertThatThrownBy(() -> source().fetch(destination))
        .isInstanceOf(TransferException.class)
        .hasMessageContaining("404 Object does not exist");
  }

  @Test
  void anotherHostOfObjectsGetsTheActionsHeadersAlone() throws IOException {
    repository.file("model.bin", backend.pointer(WEIGHTS)).commit();
    LfsBackend store = new LfsBackend(directory);
    store.objects.putAll(backend.objects);
    CredentialSource token =
        name -> Optional.of("pssst").filter(x -> name.equals("git.localhost.token"));
    try (TlsServer elsewhere = TlsServer.start(store);
        Web web = Web.open(server.policy().trusting(elsewhere.origin()), TlsServer.authority())) {
      backend.objectsAt = elsewhere.origin();
      new GitLfsSource(web, token, location(), GitLimits.DEFAULT).fetch(destination);
      assertThat(store.authorizations).containsExactly("null");
      backend.header = Map.of("Authorization", "Bearer signed");
      new GitLfsSource(web, token, location(), GitLimits.DEFAULT).fetch(directory.resolve("again"));
      assertThat(store.authorizations).containsExactly("null", "Bearer signed");
    }
    assertThat(destination.resolve("model.bin")).hasBinaryContent(WEIGHTS);
    assertThat(Files.readString(destination.resolve("tenon.json"))).doesNotContain("pssst");
  }

  @Test
  void aHostOfObjectsThatThePolicyRefusesIsNotAsked() throws IOException {
    repository.file("model.bin", backend.pointer(WEIGHTS)).commit();
    for (String refused : new String[] {"https://127.0.0.1:1", "http://localhost:1"}) {
      backend.objectsAt = refused;
      assertThatThrownBy(() -> source().fetch(destination)).isInstanceOf(RefusedUrlException.class);
    }
  }

  @Test
  void linksThatExpireAreAskedForAgain() throws IOException {
    repository.file("model.bin", backend.pointer(WEIGHTS)).commit();
    backend.expiresIn = -1;
    source().fetch(destination);
    assertThat(backend.batches).hasSizeGreaterThan(1);
    backend.batches.clear();
    backend.expiresIn = 3600;
    AtomicInteger refusals = new AtomicInteger(1);
    backend.download =
        exchange -> {
          if (refusals.getAndDecrement() > 0) {
            exchange.sendResponseHeaders(403, -1);
          } else {
            backend.object(exchange);
          }
        };
    source().fetch(directory.resolve("again"));
    assertThat(backend.batches).hasSize(2);
  }

  @Test
  void aConfigurationMayNameAnotherPathOfTheHostAndNoOtherHost() throws IOException {
    repository.file("model.bin", backend.pointer(WEIGHTS));
    repository.file(".lfsconfig", "[lfs]\n\turl = " + server.url("/else/lfs") + "\n").commit();
    source().fetch(destination);
    assertThat(server.requests()).contains("POST /else/lfs/objects/batch");
    repository.file(".lfsconfig", "[lfs]\n\turl = https://evil.test.example/lfs\n").commit();
    assertThatThrownBy(() -> source().fetch(directory.resolve("other")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("lfs.url of .lfsconfig: evil.test.example (expected: https on localhost)");
  }

  @Test
  void aPointerThatBreaksTheRulesIsRefused() throws IOException {
    repository.file("bad.bin", backend.pointer(WEIGHTS) + "extra 1\n").commit();
    assertThatThrownBy(() -> source().fetch(destination))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("LFS pointer bad.bin: ");
  }

  @Test
  void moreThanTheLimitIsRefusedBeforeADownload() throws IOException {
    repository.file("model.bin", backend.pointer(WEIGHTS)).commit();
    GitLimits small = new GitLimits(1_000_000, 100);
    assertThatThrownBy(
            () ->
                new GitLfsSource(server.web(), CredentialSource.NONE, location(), small)
                    .fetch(destination))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("bytes of LFS objects: 3000000 (expected: at most 1000000)");
    assertThat(downloads()).isZero();
  }

  private long downloads() {
    return server.requests().stream().filter(x -> x.startsWith("GET /objects/")).count();
  }

  private GitLocation location() {
    return GitLocation.of(server.url("/repo.git/.git")).branch("main");
  }

  private GitLfsSource source() {
    return new GitLfsSource(server.web(), CredentialSource.NONE, location(), GitLimits.DEFAULT);
  }

  private static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    new Random(11).nextBytes(bytes);
    return bytes;
  }
}
