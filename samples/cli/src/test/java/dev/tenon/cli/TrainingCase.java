package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.cli.conformance.Resources;
import dev.tenon.model.Model;
import dev.tenon.model.ModelRegistry;
import dev.tenon.modelinterface.data.BatchSize;
import dev.tenon.modelinterface.data.PromptAnswer;
import dev.tenon.spec.Arguments;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.NamedArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A small model with dropout and data for it, so that each step has three items, each a micro-batch
 * of its own, and an epoch 14 steps.
 *
 * @param directory of model, data and runs
 * @param batchTokens tokens of a batch of three
 */
record TrainingCase(Path directory, int batchTokens) {
  private static final int ITEMS = 42;
  private static final int MICRO_BATCH_TOKENS = 44;

  /** Dropout of the embedding, the residual branches and the attention weights. */
  static TrainingCase gpt2(Path directory, double dropout) throws IOException {
    return create(directory, "gpt2", "([a-z]+_pdrop)\": [0-9.]+", dropout, 100);
  }

  /** Dropout of the attention weights. */
  static TrainingCase llama(Path directory, double dropout) throws IOException {
    return create(directory, "llama", "(attention_dropout)\": [0-9.]+", dropout, 125);
  }

  private static TrainingCase create(
      Path directory, String family, String key, double dropout, int batchTokens)
      throws IOException {
    TrainingCase made = new TrainingCase(Files.createDirectories(directory), batchTokens);
    Files.createDirectory(made.model());
    try (Stream<Path> files = Files.list(Resources.directory("families/" + family))) {
      for (Path file : files.filter(x -> !x.toString().contains("expected")).toList()) {
        Files.copy(file, made.model().resolve(file.getFileName()));
      }
    }
    Path config = made.model().resolve("config.json");
    String text = Files.readString(config);
    assertThat(text).containsPattern(key);
    Files.writeString(config, text.replaceAll(key, "$1\": " + dropout));
    made.writeData("harbour");
    return made;
  }

  /** Replaces the data by other sentences of the same form. */
  void writeData(String place) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < ITEMS; i++) {
      lines.add(
          "{\"prompt\": \"The number %d and the boat\", \"answer\": \" went %sto %s %d\"}"
              .formatted(10 + i * 37 % 90, "on ".repeat(i % 4), place, 10 + i));
    }
    Files.write(data(), lines);
  }

  Path model() {
    return directory.resolve("model");
  }

  Path data() {
    return directory.resolve("data.jsonl");
  }

  /** Micro-batches of each of the first 28 steps, counted as an engine cuts them. */
  List<Integer> microBatches(long seed) {
    Model network =
        ModelRegistry.fromServiceLoader()
            .create("hf", "x", Device.cpu(), Arguments.of("path", model()));
    List<Integer> counts = new ArrayList<>();
    for (NamedArray batch :
        PromptAnswer.read(data(), network.tokenizer())
            .batches(BatchSize.tokens(batchTokens), seed)
            .steps(28)) {
      counts.add(batch.items().withinPadded(MICRO_BATCH_TOKENS).size());
    }
    return counts;
  }

  /** Arguments of a run that keeps its checkpoints in {@link #root}. */
  List<Object> finetune(String run, int steps, int every, Object... more) {
    List<Object> args = new ArrayList<>(List.of("finetune", "--model", model(), "--data", data()));
    args.addAll(List.of("--output", directory.resolve(run + "-out"), "--steps", steps));
    args.addAll(List.of("--checkpoints", root(run), "--checkpoint-every", every));
    args.addAll(List.of("--batch-tokens", batchTokens, "--learning-rate", 1e-3));
    args.addAll(List.of("--weight-decay", 0.01, "--warmup-steps", 3));
    args.addAll(List.of("--micro-batch-tokens", MICRO_BATCH_TOKENS));
    args.addAll(List.of(more));
    return args;
  }

  /** Where a run keeps its checkpoints. */
  Path root(String run) {
    return directory.resolve(run);
  }

  Path stderr(String run) {
    return directory.resolve(run + ".stderr");
  }

  /** Runs to the end in a new JVM. */
  TenonRun run(String run, int steps, int every, Object... more)
      throws IOException, InterruptedException {
    return TenonProcess.run(stderr(run), List.of(), finetune(run, steps, every, more));
  }

  /** SHA-256 of the files of a checkpoint that hold weights and optimizer state. */
  Map<String, String> digests(String run, long step) throws IOException {
    Map<String, String> digests = new LinkedHashMap<>();
    for (String file : List.of("model/model.safetensors", "optimizer.safetensors")) {
      digests.put(file, sha256(root(run).resolve("step-" + step).resolve(file)));
    }
    return digests;
  }

  private static String sha256(Path file) throws IOException {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
