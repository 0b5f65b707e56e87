package dev.tenon.catalog.job;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tenon.catalog.spec.ModelSpec.Job;
import dev.tenon.catalog.spec.ModelSpec.Resources;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The words that make docker or podman run a job: the source at {@code /model/saved} and the
 * dataset at {@code /content/data}, both read-only, the destination at {@code /model/trained}, the
 * parameters at {@code /content/params.json}, the environment from a file that only we may read,
 * resources as limits. No shell reads them.
 */
final class ContainerCommand {
  /** Where a container finds its dataset. */
  static final String DATA_MOUNT = "/content/data";

  /** Where a container finds its parameters. */
  static final String PARAMS_MOUNT = "/content/params.json";

  private static final long GB = 1_000_000_000L;
  private static final String PODMAN = "podman";

  private final Attempt attempt;
  private final String engine;
  private final Path program;

  /**
   * For one attempt.
   *
   * @param engine docker or podman
   * @param program where it is
   */
  ContainerCommand(Attempt attempt, String engine, Path program) {
    this.attempt = attempt;
    this.engine = engine;
    this.program = program;
  }

  /** Places inside of a container. */
  static Variables.Places places(JobRequest request) {
    return new Variables.Places(
        request.source().map(x -> Job.SOURCE_MOUNT),
        Job.DESTINATION_MOUNT,
        request.dataset().map(x -> DATA_MOUNT),
        PARAMS_MOUNT);
  }

  /** The process that runs the container. */
  ChildProcess process(SearchPath path) throws IOException {
    JobRequest request = attempt.request();
    Map<String, String> variables = Variables.of(attempt.env(), attempt.params(), places(request));
    Map<String, String> own = Variables.inherited(path);
    List<String> words = new ArrayList<>(List.of(program.toString(), "run", "--rm"));
    words.addAll(List.of("--name", name(), "--label", "dev.tenon.job=" + attempt.files().id()));
    words.addAll(List.of("--security-opt", "no-new-privileges"));
    words.addAll(user());
    words.addAll(environment(variables, own));
    words.addAll(mounts());
    words.addAll(limits(request.resources()));
    words.addAll(imageAndCommand(request, variables));
    return new ChildProcess(words, own, Optional.of(new Container(engine, name())));
  }

  private String name() {
    return "tenon-" + attempt.files().id() + "-" + attempt.number();
  }

  /** So that what docker's container writes is ours; podman maps its root to us by itself. */
  private List<String> user() throws IOException {
    Path home = attempt.trained();
    if (engine.equals(PODMAN)
        || !home.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return List.of();
    }
    Object uid = Files.getAttribute(home, "unix:uid");
    Object gid = Files.getAttribute(home, "unix:gid");
    return uid.equals(0) ? List.of() : List.of("--user", uid + ":" + gid);
  }

  /**
   * Values of one line stand in a file. It has no form for others: those pass from our own
   * environment by their names.
   */
  private List<String> environment(Map<String, String> variables, Map<String, String> own)
      throws IOException {
    StringBuilder lines = new StringBuilder();
    List<String> words = new ArrayList<>();
    Problems problems = new Problems();
    Map<String, String> passed = new LinkedHashMap<>();
    variables.forEach(
        (name, value) -> {
          if (value.indexOf('\n') < 0 && value.indexOf('\r') < 0) {
            lines.append(name).append('=').append(value).append('\n');
          } else {
            problems.check(
                !own.containsKey(name), "env " + name, "several lines", "one, for a container");
            passed.put(name, value);
            words.addAll(List.of("--env", name));
          }
        });
    problems.throwIfAny(InvalidInputException::new);
    own.putAll(passed);
    Path file = attempt.files().work().resolve("container.env");
    Files.deleteIfExists(file);
    createPrivate(file);
    Files.write(file, lines.toString().getBytes(UTF_8));
    words.addAll(List.of("--env-file", file.toString()));
    return words;
  }

  private static void createPrivate(Path file) throws IOException {
    if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } else {
      Files.createFile(file);
    }
  }

  private List<String> mounts() {
    List<String> words = new ArrayList<>();
    attempt.saved().ifPresent(x -> words.addAll(mount(x, Job.SOURCE_MOUNT, true)));
    words.addAll(mount(attempt.trained(), Job.DESTINATION_MOUNT, false));
    attempt.data().ifPresent(x -> words.addAll(mount(x, DATA_MOUNT, true)));
    words.addAll(mount(attempt.files().params(), PARAMS_MOUNT, true));
    return words;
  }

  /** The engines read this as a line of CSV. */
  private static List<String> mount(Path from, String to, boolean readOnly) {
    String source = "source=" + from.toAbsolutePath();
    boolean plain = source.indexOf(',') < 0 && source.indexOf('"') < 0;
    String field = plain ? source : "\"" + source.replace("\"", "\"\"") + "\"";
    return List.of(
        "--mount", "type=bind," + field + ",target=" + to + (readOnly ? ",readonly" : ""));
  }

  private List<String> limits(Resources resources) {
    List<String> words = new ArrayList<>();
    resources.cpu().ifPresent(x -> words.addAll(List.of("--cpus", x.toString())));
    resources.memoryGb().ifPresent(x -> words.addAll(List.of("--memory", (x * GB) + "b")));
    int gpus = resources.gpuCount().orElse(resources.gpuType().isPresent() ? 1 : 0);
    if (gpus > 0 && engine.equals(PODMAN)) {
      for (int i = 0; i < gpus; i++) {
        words.addAll(List.of("--device", "nvidia.com/gpu=" + i));
      }
    } else if (gpus > 0) {
      words.addAll(List.of("--gpus", Integer.toString(gpus)));
    }
    return words;
  }

  private List<String> imageAndCommand(JobRequest request, Map<String, String> variables) {
    List<String> command = Variables.expand(request.command(), variables, attempt.secrets());
    List<String> words = new ArrayList<>();
    if (!command.isEmpty()) {
      words.addAll(List.of("--entrypoint", command.get(0)));
    }
    words.add(request.image().orElseThrow());
    words.addAll(command.subList(Math.min(1, command.size()), command.size()));
    return words;
  }
}
