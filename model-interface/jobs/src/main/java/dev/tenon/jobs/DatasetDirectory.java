package dev.tenon.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.FileTree;
import dev.tenon.internal.Json;
import dev.tenon.internal.Problems;
import dev.tenon.model.Tokenizer;
import dev.tenon.modelinterface.data.Conversation;
import dev.tenon.modelinterface.data.Dataset;
import dev.tenon.modelinterface.data.PromptAnswer;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The JSON Lines files of a dataset, sorted by path: those whose names begin with {@code eval},
 * {@code valid} or {@code dev} are for validation, those that begin with {@code test} are not read,
 * all others are learned. A line is {@code {"prompt", "completion"}} (or {@code "answer"}), or
 * {@code {"messages"}}, the same in all files.
 *
 * @param training to learn
 * @param validation to measure
 */
record DatasetDirectory(List<Path> training, List<Path> validation) {
  DatasetDirectory {
    training = List.copyOf(training);
    validation = List.copyOf(validation);
  }

  /**
   * Finds the files.
   *
   * @throws InvalidInputException if there is none to learn
   */
  static DatasetDirectory open(Path directory) {
    List<Path> training = new ArrayList<>();
    List<Path> validation = new ArrayList<>();
    Map<String, Path> files = files(directory);
    files.forEach(
        (path, file) -> {
          String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
          if (name.endsWith(".jsonl") && !name.startsWith("test")) {
            boolean held = name.matches("(eval|valid|dev).*");
            (held ? validation : training).add(file);
          }
        });
    if (training.isEmpty()) {
      throw new InvalidInputException(
          Problems.problem("dataset", files.keySet(), "a file *.jsonl to learn from"));
    }
    return new DatasetDirectory(training, validation);
  }

  private static Map<String, Path> files(Path directory) {
    try {
      return FileTree.files(directory);
    } catch (IOException e) {
      throw new InvalidInputException(
          Problems.problem("dataset", directory, "a directory that can be read: " + e), e);
    }
  }

  /** What is learned. */
  Dataset trainingData(Tokenizer tokenizer, Optional<PromptTemplate> template) {
    return read(training, tokenizer, template);
  }

  /** What is measured, if there is something. */
  Optional<Dataset> validationData(Tokenizer tokenizer, Optional<PromptTemplate> template) {
    return validation.isEmpty()
        ? Optional.empty()
        : Optional.of(read(validation, tokenizer, template));
  }

  private static Dataset read(
      List<Path> files, Tokenizer tokenizer, Optional<PromptTemplate> template) {
    if (isConversation(files.get(0))) {
      if (template.isPresent()) {
        throw new InvalidInputException(
            Problems.problem(
                "prompt_template", "with conversations", "none: the chat template writes them"));
      }
      return files.size() == 1
          ? Conversation.read(files.get(0), tokenizer)
          : Conversation.of(
              files.stream().flatMap(x -> Conversation.all(x).stream()).toList(), tokenizer);
    }
    if (files.size() == 1 && template.isEmpty()) {
      return PromptAnswer.read(files.get(0), tokenizer);
    }
    List<PromptAnswer> pairs =
        files.stream()
            .flatMap(x -> PromptAnswer.all(x).stream())
            .map(x -> template.map(y -> y.apply(x)).orElse(x))
            .toList();
    return PromptAnswer.of(pairs, tokenizer);
  }

  /** By its first line that is not blank; what is wrong with that is told by its reader. */
  private static boolean isConversation(Path file) {
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      String line = lines.readLine();
      while (line != null && line.isBlank()) {
        line = lines.readLine();
      }
      return line != null && Json.parseObject(line.getBytes(UTF_8), "JSON").has("messages");
    } catch (IOException | InvalidInputException e) {
      return false;
    }
  }
}
