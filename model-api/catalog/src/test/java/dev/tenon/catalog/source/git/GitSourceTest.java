package dev.tenon.catalog.source.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpHandler;
import dev.tenon.catalog.net.RefusedUrlException;
import dev.tenon.catalog.net.TransferException;
import dev.tenon.catalog.net.UrlPolicy;
import dev.tenon.catalog.net.Web;
import dev.tenon.catalog.source.CredentialSource;
import dev.tenon.catalog.source.FetchListener;
import dev.tenon.catalog.source.Fetched;
import dev.tenon.catalog.testing.TlsServer;
import dev.tenon.error.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
/** The file is long because hostile trees are made by hand, and all share one server. */
class GitSourceTest {
  @TempDir Path directory;
  private Path destination;
  private GitFixture repository;
  private TlsServer server;

  @BeforeEach
  void start() throws IOException {
    destination = directory.resolve("model");
    repository = new GitFixture(directory.resolve("served"), "repo");
    server = TlsServer.start(new GitBackend(directory.resolve("served")));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void bringsTheNewestCommitOfHead() throws IOException {
    String commit = repository.file("a.txt", "one").file("b/c.txt", "two").commit();
    Fetched fetched = source(location()).fetch(destination);
    assertThat(destination.resolve("a.txt")).hasContent("one");
    assertThat(destination.resolve("b/c.txt")).hasContent("two");
    assertThat(fetched.origin())
        .containsEntry("kind", "git")
        .containsEntry("revision", commit)
        .containsEntry("url", server.url("/repo/.git"));
    assertThat(Files.list(directory)).doesNotContain(directory.resolve(".model.fetch"));
  }

  @Test
  void bringsABranchATagAndACommit() throws IOException {
    String first = repository.file("a.txt", "one").commit();
    repository.git("tag", "-a", "v1", "-m", "annotated");
    repository.git("checkout", "--quiet", "-b", "side");
    String second = repository.file("a.txt", "two").commit();
    repository.git("checkout", "--quiet", "main");
    repository.file("a.txt", "three").commit();
    assertThat(revision(location().branch("side"), "x1")).isEqualTo(second);
    assertThat(revision(location().tag("v1"), "x2")).isEqualTo(first);
    assertThat(revision(location().commit(first), "x3")).isEqualTo(first);
    assertThat(directory.resolve("x3/a.txt")).hasContent("one");
  }

  @Test
  void findsACommitOnAServerThatGivesNoneByItsId() throws IOException {
    String first = repository.file("a.txt", "one").commit();
    repository.file("a.txt", "two").commit();
    repository.git("config", "uploadpack.allowAnySHA1InWant", "false");
    repository.git("config", "protocol.version", "0");
    assertThat(revision(location().commit(first), "x")).isEqualTo(first);
  }

  @Test
  void writesOnlyWhatIsBelowThePath() throws IOException {
    repository.file("models/a/w.bin", "w").file("other.txt", "o").commit();
    source(location().path("/models/a/")).fetch(destination);
    assertThat(destination.resolve("w.bin")).hasContent("w");
    assertThat(destination.resolve("other.txt")).doesNotExist();
    source(location().path("models/a/w.bin")).fetch(directory.resolve("one"));
    assertThat(directory.resolve("one/w.bin")).hasContent("w");
  }

  @Test
  void aMissingPathTellsWhatIsThere() throws IOException {
    repository.file("models/a.txt", "a").file("b.txt", "b").commit();
    assertThatThrownBy(() -> source(location().path("models/b")).fetch(destination))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("path models/b in the repository: b (expected: one of a.txt)");
    assertThat(destination).doesNotExist();
  }

  @Test
  void aMissingBranchOrCommitIsSaid() throws IOException {
    repository.file("a.txt", "a").commit();
    assertThatThrownBy(() -> source(location().branch("gone")).fetch(destination))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("refs/heads/gone (expected: one that it has)");
    assertThatThrownBy(() -> source(location().commit("1".repeat(40))).fetch(destination))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("1111 (expected: one that it has)");
  }

  @Test
  void aMissingRepositoryIsSaid() {
    GitLocation gone = GitLocation.of(server.url("/gone"));
    assertThatThrownBy(() -> source(gone).fetch(destination))
        .isInstanceOf(TransferException.class)
        .hasMessageContaining("/gone");
  }

  @Test
  void fetchingAgainAsksNobody() throws IOException {
    repository.file("a.txt", "a").commit();
    Fetched first = source(location()).fetch(destination);
    int requests = server.requests().size();
    assertThat(source(location()).fetch(destination)).isEqualTo(first);
    assertThat(server.requests()).hasSize(requests);
  }

  @Test
  void executableFilesAndAttributesArePlainFiles() throws IOException {
    repository.file("run.sh", "echo").file(".gitattributes", "*.txt text eol=crlf\n");
    repository.file("a.txt", "one\ntwo\n");
    assertThat(repository.directory().resolve("run.sh").toFile().setExecutable(true)).isTrue();
    repository.commit();
    source(location()).fetch(destination);
    assertThat(destination.resolve("a.txt"))
        .hasBinaryContent("one\ntwo\n".getBytes(StandardCharsets.UTF_8));
    assertThat(destination.resolve("run.sh")).isRegularFile();
    assertThat(Files.isExecutable(destination.resolve("run.sh"))).isFalse();
  }

  @Test
  void aLinkIsRefused() throws IOException {
    String blob = repository.blob("/etc/passwd");
    repository.commitTree("120000 blob " + blob + "\tlink\n");
    assertRefused("path in the repository link: a symbolic link");
  }

  @Test
  void aSubmoduleIsRefusedUnlessItIsElsewhere() throws IOException {
    String blob = repository.blob("x");
    String inner = repository.commitTree("100644 blob " + blob + "\ta.txt\n");
    String tree = repository.git("rev-parse", inner + "^{tree}");
    repository.commitTree("040000 tree " + tree + "\tdata\n160000 commit " + inner + "\tsub\n");
    assertRefused("path in the repository sub: a submodule");
    source(location().path("data")).fetch(destination);
    assertThat(destination.resolve("a.txt")).hasContent("x");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "..",
        ".",
        ".git",
        ".GIT",
        "git~1",
        ".git ",
        ".g\u200cit",
        "a\\b",
        "con",
        "NUL.txt",
        "a:b",
        "a.",
        "x\u001by",
        "a\u202eb"
      })
  void aNameThatIsNotSafeIsRefused(String name) throws IOException {
    String blob = repository.blob("x");
    repository.commitTree("100644 blob " + blob + "\t" + name + "\n");
    assertRefused("path in the repository");
  }

  @Test
  void namesThatDifferInCaseAloneAreRefused() throws IOException {
    String blob = repository.blob("x");
    repository.commitTree("100644 blob " + blob + "\tReadme\n100644 blob " + blob + "\treadme\n");
    assertRefused("path in the repository: readme (expected: no other path that differs");
  }

  @Test
  void whatIsBeyondTheLimitsIsRefused() throws IOException {
    repository.file("a", "12345").file("b", "12345").commit();
    GitLimits few = new GitLimits(1 << 20, 1);
    assertThatThrownBy(
            () ->
                new GitSource(server.web(), CredentialSource.NONE, location(), few)
                    .fetch(destination))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("entries: 2 (expected: at most 1)");
    repository.file("big", "1".repeat(100_000)).commit();
    GitLimits small = new GitLimits(50_000, 100);
    assertThatThrownBy(
            () ->
                new GitSource(server.web(), CredentialSource.NONE, location(), small)
                    .fetch(destination))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("bytes of the files: 100");
    assertThat(destination).doesNotExist();
  }

  @Test
  void theSecretGoesToTheRepositorysServerAndNowhereElse() throws IOException {
    repository.file("a.txt", "a").commit();
    String basic =
        "Basic " + Base64.getEncoder().encodeToString("git:pssst".getBytes(StandardCharsets.UTF_8));
    List<Optional<String>> seen = new CopyOnWriteArrayList<>();
    HttpHandler locked =
        exchange -> {
          String given = exchange.getRequestHeaders().getFirst("Authorization");
          seen.add(Optional.ofNullable(given));
          if (basic.equals(given)) {
            new GitBackend(directory.resolve("served")).handle(exchange);
          } else {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"test\"");
            exchange.sendResponseHeaders(401, -1);
          }
        };
    CredentialSource token =
        name -> Optional.of("pssst").filter(x -> name.equals("git.localhost.token"));
    try (TlsServer closed = TlsServer.start(locked)) {
      GitLocation there = GitLocation.of(closed.url("/repo/.git"));
      new GitSource(closed.web(), token, there, GitLimits.DEFAULT).fetch(destination);
      assertThat(destination.resolve("a.txt")).hasContent("a");
      assertThat(Files.readString(destination.resolve("tenon.json"))).doesNotContain("pssst");
      assertThatThrownBy(
              () ->
                  new GitSource(closed.web(), CredentialSource.NONE, there, GitLimits.DEFAULT)
                      .fetch(directory.resolve("other")))
          .isInstanceOf(TransferException.class)
          .hasMessageContaining("not authorized");
      int before = seen.size();
      HttpHandler elsewhere =
          exchange -> {
            exchange
                .getResponseHeaders()
                .set("Location", closed.url("/repo/.git/info/refs?service=git-upload-pack"));
            exchange.sendResponseHeaders(302, -1);
          };
      try (TlsServer moved = TlsServer.start(elsewhere);
          Web web = Web.open(moved.policy().trusting(closed.origin()), TlsServer.authority())) {
        GitLocation from = GitLocation.of(moved.url("/repo/.git"));
        assertThatThrownBy(
                () ->
                    new GitSource(web, token, from, GitLimits.DEFAULT)
                        .fetch(directory.resolve("moved")))
            .isInstanceOf(TransferException.class);
      }
      assertThat(seen.subList(before, seen.size())).containsOnly(Optional.empty()).isNotEmpty();
    }
  }

  @Test
  void aRedirectionToARefusedAddressIsNotFollowed() {
    HttpHandler inward =
        exchange -> {
          exchange
              .getResponseHeaders()
              .set("Location", "https://127.0.0.1:1/repo/info/refs?service=git-upload-pack");
          exchange.sendResponseHeaders(302, -1);
        };
    try (TlsServer moved = TlsServer.start(inward)) {
      assertThatThrownBy(
              () ->
                  new GitSource(
                          moved.web(),
                          CredentialSource.NONE,
                          GitLocation.of(moved.url("/repo")),
                          GitLimits.DEFAULT)
                      .fetch(destination))
          .isInstanceOf(RefusedUrlException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://localhost/repo",
        "file:///etc",
        "ssh://git@localhost/repo",
        "ext::sh -c id",
        "--upload-pack=id",
        "git@localhost:repo",
        "https://user:pw@localhost/repo"
      })
  void onlyHttpsIsOpened(String url) {
    assertThatThrownBy(() -> source(GitLocation.of(url)).fetch(destination))
        .isInstanceOf(RefusedUrlException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-x", "a..b", "a b", "a:b", "a~1", ""})
  void aNameThatGitHasNotIsRefused(String name) {
    assertThatThrownBy(() -> location().branch(name)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> location().tag(name)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> location().branch("a").tag("b"))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void aCertificateOfNobodyWeKnowIsRefused() throws IOException {
    repository.file("a.txt", "a").commit();
    try (Web web = Web.open(UrlPolicy.PUBLIC.trusting(server.origin()))) {
      assertThatThrownBy(
              () ->
                  new GitSource(web, CredentialSource.NONE, location(), GitLimits.DEFAULT)
                      .fetch(destination, FetchListener.NONE))
          .isInstanceOf(TransferException.class);
    }
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> source(location()).fetch(destination))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
    assertThat(destination).doesNotExist();
  }

  private String revision(GitLocation location, String name) {
    return source(location).fetch(directory.resolve(name)).origin().get("revision");
  }

  private GitLocation location() {
    return GitLocation.of(server.url("/repo/.git"));
  }

  private GitSource source(GitLocation location) {
    return new GitSource(server.web(), CredentialSource.NONE, location, GitLimits.DEFAULT);
  }
}
