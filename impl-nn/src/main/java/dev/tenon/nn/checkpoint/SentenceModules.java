package dev.tenon.nn.checkpoint;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Json;
import dev.tenon.internal.Problems;
import dev.tenon.model.EmbeddingHead;
import dev.tenon.nn.config.ConfigFile;
import dev.tenon.nn.config.ConfigReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code modules.json} of a directory that Python's sentence-transformers wrote, in its old and new
 * spellings: the network itself, a Pooling and perhaps a Normalize.
 *
 * @param directory where it is
 * @param pooling the folder of the Pooling
 * @param normalize the folder of the Normalize, if there is one
 */
record SentenceModules(Path directory, String pooling, Optional<String> normalize) {
  static final String MODULES = "modules.json";
  static final String CONFIG = "config.json";

  /** What of the text is the tokenizer's business; the name is of BERT's time. */
  static final String TRANSFORMER = "sentence_bert_config.json";

  /** Prompts, and how vectors are compared. */
  static final String MODEL = "config_sentence_transformers.json";

  private static final Pattern FOLDER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]*");

  /**
   * Reads the file, if there is one that lists a Pooling.
   *
   * @throws CheckpointException if it is damaged
   * @throws UnsupportedFeatureException for other modules, or another order
   */
  static Optional<SentenceModules> read(Path directory) {
    Path file = directory.resolve(MODULES);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    List<String> types = new ArrayList<>();
    List<String> folders = new ArrayList<>();
    for (ConfigReader module : modules(file)) {
      String type = module.text("type", "missing");
      types.add(type.substring(type.lastIndexOf('.') + 1));
      folders.add(folder(module));
      module.finish();
    }
    if (!types.contains("Pooling")) {
      return Optional.empty();
    }
    boolean known =
        types.equals(List.of("Transformer", "Pooling"))
            || types.equals(List.of("Transformer", "Pooling", "Normalize"));
    if (!known || !folders.get(0).isEmpty()) {
      throw new UnsupportedFeatureException(
          Problems.problem(
              file.toString(),
              types + " in " + folders,
              "Transformer in \"\", Pooling, and perhaps Normalize"));
    }
    return Optional.of(
        new SentenceModules(
            directory,
            folders.get(1),
            types.size() > 2 ? Optional.of(folders.get(2)) : Optional.empty()));
  }

  @SuppressWarnings("unchecked") // The reader of JSON makes objects with string keys only.
  private static List<ConfigReader> modules(Path file) {
    List<ConfigReader> modules = new ArrayList<>();
    if (parse(file) instanceof List<?> list) {
      for (Object each : list) {
        if (each instanceof Map<?, ?> map) {
          String name = file + "[" + modules.size() + "]";
          modules.add(new ConfigReader(name, (Map<String, @Nullable Object>) map));
        }
      }
    }
    return modules;
  }

  private static @Nullable Object parse(Path file) {
    try {
      return Json.parse(Files.readAllBytes(file), file.toString());
    } catch (IOException | InvalidInputException e) {
      throw new CheckpointException(
          Problems.problem(file.toString(), e.getMessage(), "a list of modules"), e);
    }
  }

  /** A path from outside must not lead out of the directory. */
  private static String folder(ConfigReader module) {
    String path = module.text("path", "");
    if (!path.isEmpty() && !FOLDER.matcher(path).matches()) {
      module.problem("path", "\"\", or the name of a folder");
    }
    return path;
  }

  /**
   * What the files say.
   *
   * @param maxPositions the longest sequence of the network
   */
  EmbeddingHead head(int maxPositions) {
    ConfigReader transformer = reader(directory.resolve(TRANSFORMER));
    int most =
        transformer.integer(
            "max_seq_length", 1, Integer.MAX_VALUE, tokenizerLimit(directory, maxPositions));
    boolean lowerCase = transformer.flag("do_lower_case", false);
    transformer.finish();
    return new EmbeddingHead(
        PoolingKeys.read(reader(directory.resolve(pooling).resolve(CONFIG))),
        normalize.isPresent(),
        Math.min(most, maxPositions),
        lowerCase,
        prompt());
  }

  /** What stands in the tokenizer's files; some hold a huge number for none. */
  static int tokenizerLimit(Path directory, int maxPositions) {
    Optional<ConfigFile> tokenizer =
        ConfigFile.readIfPresent(directory.resolve("tokenizer_config.json"));
    Object limit = tokenizer.map(x -> x.values().get("model_max_length")).orElse(null);
    if (limit instanceof Number number && number.doubleValue() >= 1) {
      return (int) Math.min(maxPositions, number.doubleValue());
    }
    return maxPositions;
  }

  private String prompt() {
    ConfigReader model = reader(directory.resolve(MODEL));
    String name = model.text("default_prompt_name", "");
    String prompt =
        name.isEmpty() ? "" : model.object("prompts").map(x -> x.text(name, "")).orElse("");
    model.finish();
    return prompt;
  }

  private static ConfigReader reader(Path file) {
    return ConfigFile.readIfPresent(file)
        .map(ConfigFile::reader)
        .orElseGet(() -> new ConfigReader(file.toString(), Map.of()));
  }

  /** The files that go with the model, relative to the directory. */
  List<String> files() {
    List<String> files = new ArrayList<>(List.of(MODULES, TRANSFORMER, MODEL));
    files.add(pooling + "/" + CONFIG);
    normalize.ifPresent(x -> files.add(x + "/" + CONFIG));
    return files;
  }
}
