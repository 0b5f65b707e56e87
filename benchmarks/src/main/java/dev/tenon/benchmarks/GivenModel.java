package dev.tenon.benchmarks;

import java.nio.file.Path;

/**
 * A model that is not made here.
 *
 * @param name as the tables call it
 * @param directory a HuggingFace directory
 */
record GivenModel(String name, Path directory) implements Subject {
  @Override
  public Path checkpoint(Path models) {
    return directory.toAbsolutePath();
  }

  @Override
  public String toString() {
    return name;
  }
}
