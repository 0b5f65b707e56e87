package dev.tenon.catalog.job;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Directories that programs are looked for in.
 *
 * @param directories in the order of the search
 */
record SearchPath(List<Path> directories) {
  SearchPath {
    directories = List.copyOf(directories);
  }

  /** The PATH of this process. */
  static SearchPath ofProcess() {
    String text = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return new SearchPath(
        Arrays.stream(text.split(File.pathSeparator))
            .filter(x -> !x.isBlank())
            .map(Path::of)
            .toList());
  }

  /** A program by its plain name. */
  Optional<Path> find(String name) {
    return directories.stream()
        .flatMap(x -> List.of(x.resolve(name), x.resolve(name + ".exe")).stream())
        .filter(x -> Files.isRegularFile(x) && Files.isExecutable(x))
        .findFirst();
  }

  /** As a variable of the environment. */
  String text() {
    return String.join(File.pathSeparator, directories.stream().map(Path::toString).toList());
  }
}
