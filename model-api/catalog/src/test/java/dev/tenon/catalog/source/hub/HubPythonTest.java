package dev.tenon.catalog.source.hub;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.tenon.catalog.net.UrlPolicy;
import dev.tenon.catalog.net.Web;
import dev.tenon.catalog.testing.Python;
import dev.tenon.internal.FileTree;
import dev.tenon.internal.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One cache, filled by Python and read here, and the other way round. */
@Tag("python")
class HubPythonTest {
  private static final String SCRIPT = "hub_cache.py";

  @TempDir Path scratch;

  private final FakeHub hub = new FakeHub();
  private final Map<String, String> environment = new HashMap<>();
  private HttpServer server;
  private Web web;

  @BeforeEach
  void start() {
    hub.files.put("model.safetensors", new byte[100_000]);
    hub.files.put("pytorch_model.bin", new byte[1000]);
    hub.files.put("config.json", "{\"model_type\": \"llama\"}".getBytes(StandardCharsets.UTF_8));
    hub.files.put("1_Pooling/config.json", "{\"a\": 1}".getBytes(StandardCharsets.UTF_8));
    server = FakeHub.plain(hub);
    environment.put("HF_ENDPOINT", "http://127.0.0.1:" + server.getAddress().getPort());
    environment.put("HF_HOME", scratch.resolve("home").toString());
    environment.put("HF_HUB_DISABLE_XET", "1");
    web = Web.open(HubSettings.of(environment).policy(UrlPolicy.PUBLIC).trusting(hub.cdn));
  }

  @AfterEach
  void stop() {
    web.close();
    server.stop(0);
  }

  private HubSource source() {
    return HubSource.of(web, HubSettings.of(environment), FakeHub.REPO);
  }

  private JsonObject python(String action) throws IOException, InterruptedException {
    return Python.run(SCRIPT, environment, scratch, action, FakeHub.REPO);
  }

  @Test
  void whatPythonBroughtIsNotBroughtAgain() throws Exception {
    python("fill");
    int requests = hub.resolved.size();

    source().fetch(scratch.resolve("model"));
    assertThat(hub.resolved).hasSize(requests);

    environment.put("HF_HUB_OFFLINE", "1");
    source().selection(HubSelection.ALL).fetch(scratch.resolve("offline"));
    assertThat(FileTree.files(scratch.resolve("offline")).keySet())
        .contains("pytorch_model.bin", "1_Pooling/config.json");
    assertThat(scratch.resolve("offline/model.safetensors"))
        .hasBinaryContent(hub.files.get("model.safetensors"));
  }

  @Test
  void aCacheOfPythonWithoutAListingIsReadByItsLinks() throws Exception {
    python("fill");
    Path trees = scratch.resolve("home/hub/models--owner--heron/trees");
    if (Files.isDirectory(trees)) {
      for (Path each : FileTree.files(trees).values()) {
        Files.delete(each);
      }
    }
    environment.put("HF_HUB_OFFLINE", "1");

    source().fetch(scratch.resolve("model"));

    assertThat(FileTree.files(scratch.resolve("model")).keySet())
        .containsExactlyInAnyOrder(
            "model.safetensors", "config.json", "1_Pooling/config.json", "tenon.json");
  }

  @Test
  void whatIsBroughtHerePythonReads() throws Exception {
    source().fetch(scratch.resolve("model"));
    server.stop(0);

    Path snapshot = Path.of(python("read").string("path"));

    assertThat(snapshot.resolve("model.safetensors"))
        .hasBinaryContent(hub.files.get("model.safetensors"));
    assertThat(snapshot.resolve("1_Pooling/config.json"))
        .hasBinaryContent(hub.files.get("1_Pooling/config.json"));
    JsonObject scanned = python("scan");
    assertThat(scanned.strings("warnings")).isEmpty();
    assertThat(scanned.strings("repos")).isEqualTo(List.of(FakeHub.REPO));
    assertThat(scanned.strings("refs")).isEqualTo(List.of("main"));
  }

  @Test
  void pythonBringsWhatWasLeftOutHere() throws Exception {
    source().fetch(scratch.resolve("model"));
    int requests = hub.resolved.size();

    python("fill");

    assertThat(hub.resolved.subList(requests, hub.resolved.size()))
        .filteredOn(x -> x.startsWith("GET"))
        .containsOnly("GET cdn/pytorch_model.bin");
  }
}
