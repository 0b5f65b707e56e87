package dev.tenon.catalog.job;

import dev.tenon.catalog.net.TransferException;
import dev.tenon.catalog.net.UrlPolicy;
import dev.tenon.catalog.net.Web;
import dev.tenon.catalog.net.WebRequest;
import dev.tenon.catalog.net.WebResponse;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Json;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The process of a JupyterLab. It chooses its port itself and writes it into a file of its runtime
 * directory; the token comes by the environment, where other users do not see it. Safe for threads.
 */
final class JupyterServer implements AutoCloseable {
  private static final String PROGRAM = "jupyter-lab";
  private static final Duration START = Duration.ofSeconds(90);
  private static final long LOOK_MS = 100;
  private static final int TOKEN_BYTES = 24;
  private static final int SHOWN_LINES = 8;
  private static final int SERVER_ERROR = 500;

  private final Process process;
  private final ProcessTree tree;
  private final Duration grace;
  private final URI url;

  private JupyterServer(Process process, ProcessTree tree, Duration grace, URI url) {
    this.process = process;
    this.tree = tree;
    this.grace = grace;
    this.url = url;
  }

  static Path find(SearchPath path) {
    return path.find(PROGRAM)
        .orElseThrow(
            () ->
                new UnsupportedFeatureException(
                    Problems.problem(
                        PROGRAM, "not found on the PATH", "JupyterLab: pip install jupyterlab")));
  }

  /**
   * Starts the program and waits for its port.
   *
   * @param directory has {@code work}, which it shows
   */
  static JupyterServer start(Path program, Path directory, JobSettings settings)
      throws IOException {
    String token = token();
    Path log = directory.resolve("log.txt");
    Process process = launch(program, directory, token, log);
    ProcessTree tree = new ProcessTree(process.toHandle(), false);
    try {
      URI url = awaitUrl(process, directory.resolve("runtime"), token, log);
      return new JupyterServer(process, tree, settings.grace(), url);
    } catch (IOException | RuntimeException e) {
      tree.kill();
      throw e;
    }
  }

  private static Process launch(Path program, Path directory, String token, Path log)
      throws IOException {
    Path work = directory.resolve("work");
    ProcessBuilder builder =
        new ProcessBuilder(
                program.toString(),
                "--no-browser",
                "--ServerApp.ip=127.0.0.1",
                "--ServerApp.port=0",
                "--ServerApp.allow_root=True",
                "--ServerApp.root_dir=" + work.toAbsolutePath())
            .directory(work.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    Map<String, String> environment = builder.environment();
    environment.put("JUPYTER_TOKEN", token);
    environment.put(
        "JUPYTER_RUNTIME_DIR", directory.resolve("runtime").toAbsolutePath().toString());
    environment.put(Variables.SAVED, work.resolve("saved").toAbsolutePath().toString());
    environment.put(Variables.TRAINED, work.resolve("trained").toAbsolutePath().toString());
    Process process = builder.start();
    process.getOutputStream().close();
    return process;
  }

  private static String token() {
    byte[] bytes = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private static URI awaitUrl(Process process, Path runtime, String token, Path log)
      throws IOException {
    long end = System.nanoTime() + START.toNanos();
    while (System.nanoTime() - end < 0) {
      Optional<String> origin = serverFile(runtime, process.pid()).flatMap(JupyterServer::origin);
      if (origin.filter(JupyterServer::answers).isPresent()) {
        return URI.create(origin.get() + "/lab?token=" + token);
      }
      try {
        if (process.waitFor(LOOK_MS, TimeUnit.MILLISECONDS)) {
          break;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    throw new JobFailedException(
        Problems.problem(
            PROGRAM, lastLines(log, token), "a server within " + START.toSeconds() + " s"));
  }

  private static Optional<String> origin(Path file) {
    try {
      return Optional.of("http://127.0.0.1:" + Json.readObject(file).integer("port"));
    } catch (InvalidInputException e) {
      // Not all of it is there.
      return Optional.empty();
    }
  }

  /** The file is there before the server listens. */
  private static boolean answers(String origin) {
    try (Web web = Web.open(UrlPolicy.PUBLIC.trusting(origin));
        WebResponse response = web.send(WebRequest.get(origin + "/api"))) {
      return response.status() < SERVER_ERROR;
    } catch (TransferException e) {
      return false;
    }
  }

  /** The file appears before it is whole, under another name. */
  private static Optional<Path> serverFile(Path runtime, long pid) throws IOException {
    if (!Files.isDirectory(runtime)) {
      return Optional.empty();
    }
    String name = "jpserver-" + pid + ".json";
    try (Stream<Path> files = Files.list(runtime)) {
      return files
          .filter(x -> name.equals(String.valueOf(x.getFileName())))
          .filter(x -> x.toFile().length() > 0)
          .findFirst();
    }
  }

  private static String lastLines(Path log, String token) throws IOException {
    String text =
        Files.exists(log) ? new String(Files.readAllBytes(log), StandardCharsets.UTF_8) : "";
    List<String> lines = text.lines().toList();
    List<String> last = lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size());
    return String.join(" | ", last).replace(token, "…");
  }

  URI url() {
    return url;
  }

  boolean isRunning() {
    return process.isAlive();
  }

  /** Asks the server to end, which ends its kernels; kills what is left. */
  @Override
  public void close() {
    tree.look();
    process.destroy();
    try {
      if (!process.waitFor(grace.toMillis(), TimeUnit.MILLISECONDS)) {
        tree.kill();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      tree.kill();
    }
  }
}
