package dev.tenon.catalog;

import dev.tenon.spec.ModelConfig;
import java.nio.file.Path;

/** Turns files into something that a registry of models can create. Safe for threads. */
@FunctionalInterface
public interface ModelLoader {
  /**
   * Looks at the files of a model and tells how to create it.
   *
   * @param files of a version, which nobody changes
   * @throws dev.tenon.error.TenonException if they are none of the framework's, naming what lacks
   */
  ModelConfig prepare(Path files);
}
