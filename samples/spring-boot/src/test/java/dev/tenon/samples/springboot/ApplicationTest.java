package dev.tenon.samples.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.generation.GenerationOptions;
import dev.tenon.modelinterface.text.Generation;
import dev.tenon.modelinterface.text.TextGenerator;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The service over HTTP, with a small random Llama. */
class ApplicationTest {
  static final Path CHECKPOINT =
      Path.of("../cli/src/test/resources/oracle/families/llama").toAbsolutePath().normalize();

  private static final int CLIENTS = 16;
  private static final JsonMapper JSON = new JsonMapper();

  private static ConfigurableApplicationContext service;
  private static int port;

  @BeforeAll
  static void start() {
    service =
        SpringApplication.run(
            Application.class, "--server.port=0", "--tenon.checkpoint=" + CHECKPOINT);
    port = ((WebServerApplicationContext) service).getWebServer().getPort();
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  @Test
  @Timeout(120)
  void sixteenClientsGetTheirAnswersSideBySide() throws Exception {
    CountDownLatch begun = new CountDownLatch(CLIENTS);
    List<Callable<String>> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      String prompt = "Number " + i;
      clients.add(
          () -> {
            HttpResponse<Stream<String>> response =
                new Client(port).ask(Client.question(prompt, 100));
            StringBuilder text = new StringBuilder();
            try (Stream<String> lines = response.body()) {
              Iterator<String> events = Client.events(lines).iterator();
              text.append(JSON.readTree(events.next()).path("text").asString());
              begun.countDown();
              begun.await(); // nobody's answer ends before everybody's has begun
              events.forEachRemaining(
                  event -> text.append(JSON.readTree(event).path("text").asString()));
            }
            return text.toString();
          });
    }
    ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
    try {
      List<Future<String>> answers = threads.invokeAll(clients);
      TextGenerator generator = service.getBean(TextGenerator.class);
      for (int i = 0; i < CLIENTS; i++) {
        Generation alone = generator.generate("Number " + i, GenerationOptions.greedy(100));
        assertThat(answers.get(i).get()).isEqualTo(alone.text()).isNotEmpty();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void theLastEventTellsWhyItEndedAndWhatItTook() throws Exception {
    List<String> events = new Client(port).askAll(Client.question("Once", 5));
    JsonNode last = JSON.readTree(events.get(events.size() - 1));
    assertThat(last.path("finishReason").asString()).isEqualTo("LENGTH");
    assertThat(last.path("usage").path("completionTokens").asInt()).isEqualTo(5);
  }

  @Test
  void aSeedGivesTheSameSampledAnswer() throws Exception {
    String question = "{\"prompt\": \"Once\", \"temperature\": 1.5, \"seed\": %d}";
    List<String> first = new Client(port).askAll(question.formatted(7));
    assertThat(new Client(port).askAll(question.formatted(7))).isEqualTo(first);
    assertThat(new Client(port).askAll(question.formatted(8))).isNotEqualTo(first);
  }

  @Test
  void aPromptThatCannotFitIsA400ThatSaysWhy() throws Exception {
    HttpResponse<Stream<String>> response = new Client(port).ask(Client.question("Once", 4000));
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(String.join("", response.body().toList())).contains("at most 128 together");
  }

  @Test
  void aQuestionWithoutAPromptIsA400ThatSaysWhy() throws Exception {
    HttpResponse<Stream<String>> response = new Client(port).ask("{\"maxNewTokens\": 5}");
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(String.join("", response.body().toList())).contains("Failed to read request");
  }

  @Test
  @Timeout(60)
  void aClientThatHangsUpLeavesTheServiceToOthers() throws Exception {
    for (int i = 0; i < 2 * CLIENTS; i++) {
      try (Stream<String> lines = new Client(port).ask(Client.question("Once", 100)).body()) {
        assertThat(Client.events(lines).iterator().next()).contains("text");
      }
    }
    assertThat(new Client(port).askAll(Client.question("Once", 5))).hasSizeGreaterThan(1);
  }
}
