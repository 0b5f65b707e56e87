package dev.tenon.samples.springboot;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.stream.Stream;

/** Somebody who asks over HTTP. */
final class Client {
  private final HttpClient http = HttpClient.newHttpClient();
  private final URI answers;

  Client(int port) {
    answers = URI.create("http://localhost:" + port + "/answers");
  }

  static String question(String prompt, int tokens) {
    return "{\"prompt\": \"%s\", \"maxNewTokens\": %d}".formatted(prompt, tokens);
  }

  /** The data of the events, as they come. */
  HttpResponse<Stream<String>> ask(String question) throws IOException, InterruptedException {
    return http.send(request(question), BodyHandlers.ofLines());
  }

  /** The data of all events, after the last one. */
  List<String> askAll(String question) throws IOException, InterruptedException {
    try (Stream<String> lines = ask(question).body()) {
      return events(lines).toList();
    }
  }

  static Stream<String> events(Stream<String> lines) {
    return lines.filter(line -> line.startsWith("data:")).map(line -> line.substring(5));
  }

  private HttpRequest request(String question) {
    return HttpRequest.newBuilder(answers)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(question))
        .build();
  }
}
