package dev.tenon.catalog.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.catalog.net.UrlPolicy;
import dev.tenon.catalog.net.Web;
import dev.tenon.catalog.net.WebRequest;
import dev.tenon.catalog.net.WebResponse;
import dev.tenon.catalog.store.ModelStore;
import dev.tenon.catalog.store.ObjectName;
import dev.tenon.catalog.store.StoredVersion;
import dev.tenon.catalog.store.VersionRecord;
import dev.tenon.catalog.testing.Programs;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnsupportedFeatureException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NotebookTest {
  @TempDir private Path directory;
  private ModelStore store;
  private StoredVersion base;

  @BeforeEach
  void commit() throws IOException {
    store = ModelStore.open(directory.resolve("home"));
    Path files = Files.createDirectory(store.newStaging().resolve("files"));
    Files.writeString(files.resolve("config.json"), "{\"model_type\": \"llama\"}");
    base = store.commit(ObjectName.model("heron"), files, VersionRecord.EMPTY);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void tellsWhatToInstall() {
    JobSettings settings = JobSettings.defaults().withSearchPath(List.of(directory));

    assertThatThrownBy(() -> Notebook.start(store, Optional.of(base), settings))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("pip install jupyterlab");
  }

  @Test
  @Tag("servers")
  void showsAModelAndKeepsWhatItMade() throws IOException {
    JobSettings settings =
        JobSettings.defaults().withSearchPath(List.of(Programs.directoryOf("jupyter-lab")));
    URI url;
    try (Notebook notebook = Notebook.start(store, Optional.of(base), settings)) {
      url = notebook.url();
      assertThat(url.getHost()).isEqualTo("127.0.0.1");
      assertThat(get(url, "/api/contents/saved/config.json?content=1&", true)).contains("llama");
      assertThat(get(url, "/api/contents?", false)).contains("403");
      assertThatThrownBy(() -> notebook.commit(ObjectName.model("heron-2")))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("no files");

      Files.writeString(notebook.trained().resolve("config.json"), "{}");
      StoredVersion made = notebook.commit(ObjectName.model("heron-2"));

      assertThat(made.record().lineage().parent()).contains(base.asParent());
      assertThat(made.directory().resolve("config.json")).hasContent("{}");
      assertThat(notebook.isRunning()).isTrue();
    }
    assertThat(get(url, "/api/status?", true)).contains("TransferException");
    store.verify(base);
  }

  @Test
  @Tag("servers")
  void aChangedModelIsSaidAndNothingIsKept() throws IOException {
    JobSettings settings =
        JobSettings.defaults().withSearchPath(List.of(Programs.directoryOf("jupyter-lab")));
    try (Notebook notebook = Notebook.start(store, Optional.of(base), settings)) {
      Path saved = base.directory().resolve("config.json");
      assertThat(saved.toFile().setWritable(true)).isTrue();
      Files.writeString(saved, "{\"changed\": true}");
      Files.writeString(notebook.trained().resolve("config.json"), "{}");

      assertThatThrownBy(() -> notebook.commit(ObjectName.model("heron-2")))
          .isInstanceOf(ChangedSourceException.class)
          .hasMessageContaining("config.json");
    }
    assertThat(store.versions(ObjectName.model("heron-2"))).isEmpty();
  }

  private static String get(URI url, String path, boolean withToken) {
    String origin = "http://127.0.0.1:" + url.getPort();
    String token = withToken ? url.getQuery() : "token=wrong";
    try (Web web = Web.open(UrlPolicy.PUBLIC.trusting(origin));
        WebResponse response = web.send(WebRequest.get(origin + path + token)).expect(200)) {
      return new String(response.body().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException | RuntimeException e) {
      return e.toString();
    }
  }
}
