package dev.tenon.catalog.job;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.UnknownNameException;
import dev.tenon.internal.Durable;
import dev.tenon.internal.Json;
import dev.tenon.internal.JsonObject;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files of one job: {@code job.json} (the request, references to secrets unresolved), {@code
 * status.json} (rewritten as a whole), {@code log.txt}, {@code lock} (held by the JVM that runs
 * it), {@code cancel} (there once somebody wants it to end), {@code child.json} (the process or
 * container that runs), {@code work} (the working directory of that, with {@code params.json}).
 *
 * @param directory named by the job's identifier
 */
record JobFiles(Path directory) {
  /** The files of a job that is there. */
  static JobFiles existing(Path root, String id) {
    JobFiles files = new JobFiles(root.resolve(JobNames.requireId(id)));
    if (!Files.isRegularFile(files.status())) {
      throw new UnknownNameException(
          Problems.problem("job", id, "one of " + all(root).stream().map(JobFiles::id).toList()));
    }
    return files;
  }

  /** A new directory that only its owner may enter. */
  static JobFiles create(Path root) {
    Path directory = root.resolve(JobNames.newId());
    return Durable.run(
        directory,
        "a new directory",
        () -> {
          Files.createDirectories(root);
          Files.createDirectory(directory);
          if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
          }
          Durable.syncDirectory(root);
          return new JobFiles(directory);
        });
  }

  /** All that have a status, the oldest first. */
  static List<JobFiles> all(Path root) {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> directories = Files.list(root)) {
      return new ArrayList<>(
          directories
              .filter(x -> JobNames.isId(String.valueOf(x.getFileName())))
              .sorted()
              .map(JobFiles::new)
              .filter(x -> Files.isRegularFile(x.status()))
              .toList());
    } catch (IOException e) {
      throw new CheckpointException(
          Problems.problem(root.toString(), e.getMessage(), "a readable directory"), e);
    }
  }

  /** Writes what a new job has; the status last, which makes it one. */
  void begin(Map<String, @Nullable Object> request, JobStatus status) {
    write(request(), request);
    Durable.run(log(), "a new file", () -> Files.createFile(log()));
    status.write(this);
  }

  /** Removes the working directory, where secrets may be. */
  void removeWork() {
    Durable.run(
        work(),
        "a directory to remove",
        () -> {
          Durable.deleteTree(work());
          return true;
        });
  }

  String id() {
    return String.valueOf(directory.getFileName());
  }

  Path request() {
    return directory.resolve("job.json");
  }

  Path status() {
    return directory.resolve("status.json");
  }

  Path log() {
    return directory.resolve("log.txt");
  }

  Path lock() {
    return directory.resolve("lock");
  }

  Path cancel() {
    return directory.resolve("cancel");
  }

  Path child() {
    return directory.resolve("child.json");
  }

  Path work() {
    return directory.resolve("work");
  }

  Path params() {
    return work().resolve("params.json");
  }

  /** Writes one of the files durably, as a whole. */
  static void write(Path file, Map<String, @Nullable Object> values) {
    Durable.run(
        file,
        "a writable file",
        () -> {
          Durable.writeFile(file, Json.pretty(values).getBytes(StandardCharsets.UTF_8));
          return true;
        });
  }

  static JsonObject read(Path file) {
    return Json.readObject(file);
  }

  static Optional<JsonObject> find(Path file) {
    return Files.isRegularFile(file) ? Optional.of(read(file)) : Optional.empty();
  }

  static void delete(Path file) {
    Durable.run(file, "a file to remove", () -> Files.deleteIfExists(file));
  }
}
