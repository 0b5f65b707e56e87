package dev.tenon.cli.conformance;

import dev.tenon.error.InvalidInputException;
import dev.tenon.model.Model;
import dev.tenon.model.ModelBackend;
import dev.tenon.nn.HfModels;
import dev.tenon.nn.checkpoint.Families;
import dev.tenon.spec.Arguments;
import dev.tenon.tensor.Device;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Checks a backend against oracle directories.
 *
 * @param backend the one under test
 * @param dump where to write what was computed, if anywhere
 * @param microBatchTokens most tokens of a micro-batch in training; changes rounding only
 */
public record Conformance(ModelBackend backend, Optional<Path> dump, int microBatchTokens) {
  /**
   * Runs every folder and prints one line a quantity.
   *
   * @param directories oracle folders, or directories of them
   * @param out receives the lines
   * @return whether something ran and nothing failed
   * @throws InvalidInputException if a directory has no oracle folder
   */
  public boolean run(List<Path> directories, PrintWriter out) {
    List<Path> folders = new ArrayList<>();
    directories.forEach(x -> folders.addAll(folders(x)));
    Report report = new Report(out);
    folders.forEach(x -> run(x, report));
    report.close();
    return report.successful();
  }

  private void run(Path directory, Report report) {
    report.folder(directory.toAbsolutePath().normalize().getFileName().toString());
    try {
      OracleFolder folder = OracleReader.folder(directory);
      Optional<String> reason = whyNot(folder);
      if (reason.isPresent()) {
        report.skip("all", reason.get());
      } else {
        Computed computed =
            new FolderRun(backend, microBatchTokens, report).run(folder, open(directory));
        dump.ifPresent(x -> new Dump(x).write(folder, computed));
      }
    } catch (RuntimeException e) {
      report.add(Finding.impossible("folder", 0, e.toString()));
    }
  }

  private static Model open(Path directory) {
    return HfModels.registry().create("hf", "model", Device.cpu(), Arguments.of("path", directory));
  }

  /** Families and heads that have no code yet are no failure. */
  private static Optional<String> whyNot(OracleFolder folder) {
    if (!Families.standard().names().contains(folder.modelType())) {
      return Optional.of("model_type " + folder.modelType() + " has no code yet");
    }
    String kind = folder.numbers().kind();
    return FolderKind.find(kind).isPresent()
        ? Optional.empty()
        : Optional.of("kind " + kind + " has no code yet");
  }

  private static List<Path> folders(Path directory) {
    if (OracleReader.isFolder(directory)) {
      return List.of(directory);
    }
    List<Path> folders = Files.isDirectory(directory) ? inside(directory) : List.of();
    if (folders.isEmpty()) {
      throw new InvalidInputException(
          "directory "
              + directory
              + ": no expected.json (expected: an oracle folder, or a directory of them)");
    }
    return folders;
  }

  private static List<Path> inside(Path directory) {
    try (Stream<Path> inside = Files.list(directory)) {
      return inside.filter(OracleReader::isFolder).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
