package dev.tenon.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import dev.tenon.catalog.job.Job;
import dev.tenon.catalog.job.JobContext;
import dev.tenon.catalog.job.JobType;
import dev.tenon.catalog.job.JobTypes;
import dev.tenon.catalog.source.CredentialSource;
import dev.tenon.catalog.source.FetchListener;
import dev.tenon.catalog.store.StoredVersion;
import dev.tenon.catalog.testing.MotoServer;
import dev.tenon.catalog.testing.TlsServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A training whose model, data and results lie in buckets. */
@Tag("servers")
class CatalogBucketTest {
  private static final Set<String> CONNECTION =
      Set.of("host", "connection", "content-length", "transfer-encoding", "expect", "upgrade");
  private static final Map<String, String> KEYS =
      Map.of("shelf.access_key_id", "anyone", "shelf.secret_access_key", "anything");
  private static final String MLX =
      """
      name: Heron
      framework: {name: pytorch, runtimes: {name: python, version: "3.11"}}
      author: {name: Lab, email: lab@test.example}
      train:
        trainable: true
        credentials_required: true
        model_source: {initial_model: {data_store: shelf, bucket: models, path: heron}}
        model_training_results: {trained_model: {data_store: shelf, bucket: results}}
        data_source: {training_data: {data_store: shelf, bucket: texts, path: recipes}}
        mount_type: none
        execution: {command: ./train.sh}
      data_stores: [{name: shelf, connection: {endpoint: "%s"}}]
      """;

  @TempDir private Path directory;
  private final HttpClient client = HttpClient.newHttpClient();

  /** Copies source and data. */
  private static final class Copying implements JobType {
    @Override
    public String name() {
      return "copying";
    }

    @Override
    public void run(JobContext context) throws IOException {
      Path saved = context.saved().orElseThrow();
      Path data = context.data().orElseThrow();
      Files.copy(saved.resolve("config.json"), context.trained().resolve("config.json"));
      Files.copy(data.resolve("a.jsonl"), context.trained().resolve("seen.jsonl"));
    }
  }

  private HttpResponse<byte[]> ask(String url, String method, byte[] body, Map<String, String> head)
      throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url))
            .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
    head.forEach(request::header);
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Gives requests that come by https to the server, which speaks http. */
  private void pass(HttpExchange exchange, MotoServer moto) throws IOException {
    Map<String, String> head = new TreeMap<>();
    exchange
        .getRequestHeaders()
        .forEach(
            (name, values) -> {
              if (!CONNECTION.contains(name.toLowerCase(Locale.ROOT))) {
                head.put(name, values.get(0));
              }
            });
    HttpResponse<byte[]> answer =
        ask(
            moto.endpoint() + exchange.getRequestURI(),
            exchange.getRequestMethod(),
            exchange.getRequestBody().readAllBytes(),
            head);
    for (Map.Entry<String, List<String>> each : answer.headers().map().entrySet()) {
      if (!CONNECTION.contains(each.getKey().toLowerCase(Locale.ROOT))) {
        each.getValue().forEach(x -> exchange.getResponseHeaders().add(each.getKey(), x));
      }
    }
    int length = answer.body().length;
    boolean isHead = exchange.getRequestMethod().equals("HEAD");
    if (isHead) {
      answer
          .headers()
          .firstValue("content-length")
          .ifPresent(x -> exchange.getResponseHeaders().set("Content-Length", x));
    }
    exchange.sendResponseHeaders(answer.statusCode(), length == 0 ? -1 : length);
    if (length > 0) {
      exchange.getResponseBody().write(answer.body());
    }
  }

  private void put(MotoServer moto, String path, String text) throws IOException {
    String credential = "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/s3/aws4_request";
    Map<String, String> head =
        Map.of("Authorization", credential + ", SignedHeaders=host, Signature=x");
    assertThat(ask(moto.endpoint() + path, "PUT", text.getBytes(UTF_8), head).statusCode())
        .isEqualTo(200);
  }

  @Test
  void bringsModelAndDataAndKeepsTheResultInItsBucket() throws Exception {
    JobTypes types = new JobTypes();
    types.register(new Copying());
    CredentialSource keys = x -> Optional.ofNullable(KEYS.get(x));
    try (MotoServer moto = MotoServer.open("models");
        TlsServer tls = TlsServer.start(exchange -> pass(exchange, moto))) {
      put(moto, "/models/heron/config.json", "{}");
      put(moto, "/texts", "");
      put(moto, "/texts/recipes/a.jsonl", "{\"text\": \"a\"}\n");
      put(moto, "/results", "");
      CatalogOptions options =
          CatalogOptions.of(directory.resolve("home"))
              .withAuthorities(TlsServer.authority())
              .trusting(tls.origin())
              .withCredentials(keys);
      Path file = Files.writeString(directory.resolve("heron.yaml"), MLX.formatted(tls.origin()));
      try (Catalog catalog = Catalog.open(options, types)) {
        catalog.register(file);
        LaunchOptions given = LaunchOptions.NONE.withRunner("copying");
        Job job = catalog.train("heron", given, FetchListener.NONE);
        StoredVersion made = catalog.await(job);

        assertThat(made.ref().text()).isEqualTo("heron:2");
        assertThat(made.directory().resolve("seen.jsonl")).content().contains("\"a\"");
        assertThat(made.record().lineage().dataset().orElseThrow().object().name())
            .isEqualTo("heron-data");
      }
      assertThat(moto.requests("PUT /results/")).isNotEmpty();
    }
  }
}
