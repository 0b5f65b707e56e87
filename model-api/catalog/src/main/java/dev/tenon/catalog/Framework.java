package dev.tenon.catalog;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.ModelConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The software that a model is implemented in.
 *
 * @param name as descriptions have it
 * @param loader makes its files servable
 */
public record Framework(String name, ModelLoader loader) {
  /** HuggingFace directories, which the model type {@code hf} opens. */
  public static final Framework TRANSFORMERS =
      new Framework("transformers", Framework::huggingFace);

  private static ModelConfig huggingFace(Path files) {
    List<String> names = names(files);
    Problems problems = new Problems();
    problems.check(
        names.contains("config.json"), "config.json", "missing", "a HuggingFace directory");
    problems.check(
        names.stream().anyMatch(x -> x.endsWith(".safetensors")),
        "weights",
        names,
        "safetensors files");
    problems.throwIfAny(x -> new InvalidInputException(files + ": " + x));
    return ModelConfig.of("hf", Arguments.of("path", files));
  }

  private static List<String> names(Path files) {
    try (Stream<Path> all = Files.list(files)) {
      return all.map(x -> String.valueOf(x.getFileName())).sorted().toList();
    } catch (IOException e) {
      throw new InvalidInputException(Problems.problem("model", files, "a directory"), e);
    }
  }
}
