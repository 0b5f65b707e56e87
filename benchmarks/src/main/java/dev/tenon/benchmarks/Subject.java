package dev.tenon.benchmarks;

import java.io.IOException;
import java.nio.file.Path;

/** What is compared on: a network that both sides open from one directory. */
interface Subject {
  /** As the tables call it. */
  String name();

  /**
   * Its directory.
   *
   * @param models where those that are made lie
   */
  Path checkpoint(Path models) throws IOException;
}
