package dev.tenon.catalog.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server of buckets: the package moto, from beside the interpreter that TENON_PYTHON names, or
 * from PATH. Whoever starts it closes it.
 */
public final class MotoServer implements AutoCloseable {
  private static final String PROGRAM = "moto_server";

  private final Process process;
  private final int port;
  private final Path log;
  private String accessKeyId = "anyone";
  private String secretAccessKey = "anything";

  private MotoServer(Process process, int port, Path log) {
    this.process = process;
    this.port = port;
    this.log = log;
  }

  /** One that lets everybody do everything, with a bucket. */
  public static MotoServer open(String bucket) {
    MotoServer server = start(Integer.MAX_VALUE);
    server.ask("s3", "PUT", "/" + bucket, "");
    return server;
  }

  /** One that checks signatures, with a bucket and keys of a user who may do everything. */
  public static MotoServer guarded(String bucket) {
    MotoServer server = start(4);
    server.ask("s3", "PUT", "/" + bucket, "");
    server.ask("iam", "POST", "/", "Action=CreateUser&UserName=u&Version=2010-05-08");
    String policy =
        "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22"
            + "%2C%22Action%22%3A%22s3%3A%2A%22%2C%22Resource%22%3A%22%2A%22%7D%5D%7D";
    server.ask(
        "iam",
        "POST",
        "/",
        "Action=PutUserPolicy&UserName=u&PolicyName=p&Version=2010-05-08&PolicyDocument=" + policy);
    String keys =
        server.ask("iam", "POST", "/", "Action=CreateAccessKey&UserName=u&Version=2010-05-08");
    server.accessKeyId = element(keys, "AccessKeyId");
    server.secretAccessKey = element(keys, "SecretAccessKey");
    return server;
  }

  private static String element(String xml, String name) {
    Matcher matcher = Pattern.compile("<" + name + ">([^<]+)<").matcher(xml);
    if (!matcher.find()) {
      throw new AssertionError(xml);
    }
    return matcher.group(1);
  }

  private static MotoServer start(int actionsWithoutKeys) {
    Path program = Programs.find(PROGRAM);
    try {
      int port;
      try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        port = free.getLocalPort();
      }
      Path log = Files.createTempFile("moto", ".log");
      ProcessBuilder builder =
          new ProcessBuilder(program.toString(), "-H", "127.0.0.1", "-p", String.valueOf(port))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile());
      if (actionsWithoutKeys < Integer.MAX_VALUE) {
        builder
            .environment()
            .put("INITIAL_NO_AUTH_ACTION_COUNT", String.valueOf(actionsWithoutKeys));
      }
      MotoServer server = new MotoServer(builder.start(), port, log);
      server.awaitReady();
      return server;
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void awaitReady() throws InterruptedException {
    while (process.isAlive()) {
      try {
        ask("s3", "GET", "/moto-api/data.json", "");
        return;
      } catch (UncheckedIOException e) {
        process.waitFor(100, TimeUnit.MILLISECONDS);
      }
    }
    throw new AssertionError(String.join("\n", lines()));
  }

  /** A request that is not signed but says which service it is for. */
  private String ask(String service, String method, String path, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(endpoint() + path))
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header(
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/"
                    + service
                    + "/aws4_request, SignedHeaders=host, Signature=x")
            .build();
    try {
      HttpResponse<String> response =
          HttpClient.newHttpClient()
              .send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
      if (response.statusCode() >= 400) {
        throw new AssertionError(path + ": " + response.statusCode() + " " + response.body());
      }
      return response.body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Where it is. */
  public String endpoint() {
    return "http://127.0.0.1:" + port;
  }

  /** The name of its key. */
  public String accessKeyId() {
    return accessKeyId;
  }

  /** Its key. */
  public String secretAccessKey() {
    return secretAccessKey;
  }

  /** Method and path of the requests so far that begin so. */
  public List<String> requests(String start) {
    Pattern request = Pattern.compile("\"(?:\u001b\\[[0-9;]*m)*([A-Z]+ [^ ]+) HTTP");
    return lines().stream()
        .map(request::matcher)
        .filter(Matcher::find)
        .map(x -> x.group(1))
        .filter(x -> x.startsWith(start))
        .toList();
  }

  private List<String> lines() {
    try {
      return Files.readAllLines(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
      Files.deleteIfExists(log);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
