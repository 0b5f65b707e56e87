package dev.tenon.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tenon.internal.Json;
import dev.tenon.internal.JsonObject;
import dev.tenon.model.Tokenizer;
import dev.tenon.modelinterface.data.BatchSize;
import dev.tenon.modelinterface.data.Dataset;
import dev.tenon.modelinterface.data.PromptAnswer;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Prompts and answers of a real text, The Devil's Dictionary, as long as they are: from 20 to 256
 * tokens. They lie in a file that the peers read too, one {@code {"input_ids": […], "labels": […]}}
 * a line, labels −100 in the prompt, in the order in which they are taken.
 */
final class RaggedText {
  /** Examples in a batch: TRL's default. */
  static final int ROWS = 8;

  private static final String TEXT = "train.jsonl";
  private static final int SHORTEST = 20;
  private static final int LONGEST = 256;
  private static final long IGNORED = -100;
  private static final long SEED = 1;

  private RaggedText() {}

  /** The file of a checkpoint, {@code <checkpoint>-ragged.jsonl} beside it, written if missing. */
  static Path file(Path checkpoint) {
    Path file = checkpoint.resolveSibling(checkpoint.getFileName() + "-ragged.jsonl");
    try {
      if (!Files.exists(file)) {
        Files.write(file, lines(ModelShape.open(checkpoint).tokenizer()));
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> lines(Tokenizer tokenizer) throws IOException {
    List<String> lines = new ArrayList<>();
    for (NamedArray item : examples(tokenizer).batches(BatchSize.items(1), SEED)) {
      long[] ids = item.get("input_ids").toLongs();
      boolean[] prompt = item.get("prompt_mask").toBooleans();
      LongStream labels =
          IntStream.range(0, ids.length).mapToLong(t -> prompt[t] ? IGNORED : ids[t]);
      if (ids.length >= SHORTEST && ids.length <= LONGEST) {
        lines.add(
            Json.compact(Map.of("input_ids", list(LongStream.of(ids)), "labels", list(labels))));
      }
    }
    return lines;
  }

  private static Dataset examples(Tokenizer tokenizer) throws IOException {
    Path copy = Files.createTempFile("tenon-benchmark", ".jsonl");
    try (InputStream text = RaggedText.class.getResourceAsStream(TEXT)) {
      Files.write(copy, Objects.requireNonNull(text, TEXT).readAllBytes());
      return PromptAnswer.read(copy, tokenizer);
    } finally {
      Files.delete(copy);
    }
  }

  private static List<Long> list(LongStream values) {
    return values.boxed().toList();
  }

  /** The batches of a file, {@code input_ids} and {@code labels}, with its lines in order. */
  static List<NamedArray> batches(Path file, int count) {
    try {
      List<String> lines = Files.readAllLines(file);
      return IntStream.range(0, count).mapToObj(i -> batch(lines, i * ROWS)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static NamedArray batch(List<String> lines, int first) {
    List<JsonObject> rows =
        IntStream.range(first, first + ROWS)
            .mapToObj(i -> Json.parseObject(lines.get(i).getBytes(UTF_8), "line " + (i + 1)))
            .toList();
    int[] lengths = rows.stream().mapToInt(row -> longs(row, "input_ids").length).toArray();
    return NamedArray.builder(Items.ofLengths(lengths))
        .put("input_ids", joined(rows, "input_ids"))
        .put("labels", joined(rows, "labels"))
        .build();
  }

  private static TensorData joined(List<JsonObject> rows, String key) {
    long[] all = rows.stream().flatMapToLong(row -> LongStream.of(longs(row, key))).toArray();
    return TensorData.ofLongs(all, all.length);
  }

  private static long[] longs(JsonObject row, String key) {
    List<?> values = (List<?>) Objects.requireNonNull(row.toMap().get(key), key);
    return values.stream().mapToLong(x -> ((Number) x).longValue()).toArray();
  }
}
