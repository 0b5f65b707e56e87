package dev.tenon.nn.checkpoint;

import dev.tenon.error.CheckpointException;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The files that go with a model from directory to directory, byte for byte: those of the
 * tokenizer, and what tells how to use the model. Everything else in a source, code and other
 * formats of the weights above all, stays where it is.
 *
 * @param directory where they are
 */
record Companions(Path directory) {
  private static final List<String> NAMES =
      List.of(
          "generation_config.json",
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "tokenizer.model",
          "spiece.model",
          "sentencepiece.bpe.model",
          "vocab.json",
          "vocab.txt",
          "merges.txt",
          "chat_template.jinja",
          "chat_template.json",
          "LICENSE",
          "LICENSE.txt",
          "LICENSE.md",
          "NOTICE",
          "USE_POLICY.md");

  /** Copies those that exist. */
  void copyTo(Path target) {
    copyTo(target, NAMES);
  }

  /** Copies other files that exist, with the folders they are in. */
  void copyTo(Path target, List<String> names) {
    for (String name : names) {
      Path file = directory.resolve(name);
      if (Files.isRegularFile(file)) {
        copy(file, target.resolve(name));
      }
    }
  }

  private static void copy(Path from, Path to) {
    try {
      Files.createDirectories(to.getParent());
      Files.write(to, Files.readAllBytes(from));
    } catch (IOException e) {
      throw new CheckpointException(
          Problems.problem("copy of " + from, e.getMessage(), "to be written to " + to), e);
    }
  }
}
