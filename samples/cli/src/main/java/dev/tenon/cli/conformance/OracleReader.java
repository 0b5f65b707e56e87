package dev.tenon.cli.conformance;

import dev.tenon.chat.Message;
import dev.tenon.checkpoint.SafetensorsFile;
import dev.tenon.internal.Json;
import dev.tenon.model.Tokenizer.Span;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import dev.tenon.tensor.TokenIds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Reads the oracle's files. */
final class OracleReader {
  private OracleReader() {}

  /** Whether a directory has expected values. */
  static boolean isFolder(Path directory) {
    return Files.isRegularFile(directory.resolve("expected.json"));
  }

  /** A whole folder, but not its model. */
  static OracleFolder folder(Path directory) {
    return new OracleFolder(
        directory,
        json(directory, "config.json").text("model_type"),
        numbers(json(directory, "expected.json")),
        tensors(directory.resolve("expected.safetensors")),
        cases(json(directory, "tokenizer_cases.json")));
  }

  /** All tensors of a safetensors file. */
  static NamedArray tensors(Path file) {
    SafetensorsFile source = SafetensorsFile.open(file);
    Map<String, TensorData> tensors = new TreeMap<>();
    source.names().forEach(x -> tensors.put(x, source.read(x)));
    return NamedArray.of(tensors);
  }

  private static JsonObject json(Path directory, String name) {
    return new JsonObject(name, Json.readObject(directory.resolve(name)).toMap());
  }

  /** {@code expected.json}. */
  static ExpectedNumbers numbers(JsonObject json) {
    JsonObject adamw = json.object("adamw");
    return new ExpectedNumbers(
        json.text("family"),
        json.text("kind"),
        json.number("loss"),
        json.number("grad_norm"),
        adamw.numbers("losses"),
        adamw.numbers("grad_norms"),
        adamw.number("loss_after"),
        Set.copyOf(
            json.object("fp32_error_measured_against_fp64").texts("grad_zero_in_exact_arithmetic")),
        json.has("greedy")
            ? json.objects("greedy").stream().map(OracleReader::greedy).toList()
            : List.of());
  }

  private static ExpectedNumbers.Greedy greedy(JsonObject json) {
    return new ExpectedNumbers.Greedy(json.ids("prompt"), json.ids("tokens"));
  }

  /** {@code tokenizer_cases.json}. */
  static TokenizerCases cases(JsonObject json) {
    List<TokenizerCases.Batch> batches = new ArrayList<>();
    for (String side : List.of("right", "left")) {
      batches.add(batch(side.equals("left"), json.object("batch_truncate12_pad_" + side)));
    }
    return new TokenizerCases(
        json.objects("strings").stream().map(OracleReader::text).toList(),
        json.objects("pairs").stream().map(OracleReader::pair).toList(),
        batches,
        json.objects("chat").stream().map(OracleReader::chat).toList());
  }

  private static TokenizerCases.Text text(JsonObject json) {
    return new TokenizerCases.Text(
        json.text("text"),
        json.ids("ids"),
        json.ids("ids_without_special"),
        json.integers("type_ids"),
        json.texts("tokens"),
        json.rows("offsets").stream().map(x -> new Span((int) x.get(0), (int) x.get(1))).toList(),
        json.text("decode"),
        json.text("decode_skip_special"));
  }

  private static TokenizerCases.Pair pair(JsonObject json) {
    return new TokenizerCases.Pair(
        json.text("text_a"),
        json.text("text_b"),
        json.ids("ids"),
        json.integers("type_ids"),
        json.integers("special_tokens_mask").stream().map(x -> x == 1).toList());
  }

  private static TokenizerCases.Chat chat(JsonObject json) {
    List<Message> messages = json.objects("messages").stream().map(OracleReader::message).toList();
    boolean refused = json.has("error");
    return new TokenizerCases.Chat(
        messages,
        Boolean.TRUE.equals(json.values().get("add_generation_prompt")),
        refused ? "" : json.text("text"),
        refused ? TokenIds.of() : json.ids("ids"),
        refused ? json.text("error") : "");
  }

  private static Message message(JsonObject json) {
    Map<String, Object> fields = new LinkedHashMap<>();
    json.values().forEach((key, value) -> fields.put(String.valueOf(key), value));
    return new Message(fields);
  }

  private static TokenizerCases.Batch batch(boolean left, JsonObject json) {
    List<List<Boolean>> masks =
        json.rows("attention_mask").stream()
            .map(row -> row.stream().mapToObj(x -> x == 1).toList())
            .toList();
    return new TokenizerCases.Batch(left, json.texts("texts"), json.rows("ids"), masks);
  }
}
