package dev.tenon.cli.conformance;

import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A HuggingFace directory with expected values beside it.
 *
 * @param directory the directory
 * @param modelType of its config.json
 * @param numbers of expected.json
 * @param tensors of expected.safetensors
 * @param tokenizerCases of tokenizer_cases.json
 */
record OracleFolder(
    Path directory,
    String modelType,
    ExpectedNumbers numbers,
    NamedArray tensors,
    TokenizerCases tokenizerCases) {
  /** The last part of the path. */
  String name() {
    return directory.toAbsolutePath().normalize().getFileName().toString();
  }

  /** An expected tensor. */
  Optional<TensorData> tensor(String name) {
    return tensors.find(name);
  }

  /** The names that start so. */
  Set<String> tensorNames(String prefix) {
    Set<String> names = new TreeSet<>(tensors.names());
    names.removeIf(x -> !x.startsWith(prefix));
    return names;
  }

  /** How the rows are padded. */
  Rows rows() {
    return Rows.of(tensors.get("attention_mask"));
  }

  /**
   * The rows, packed, one item each: {@code input_ids} and, where the oracle has them, {@code
   * token_type_ids} (I64, token).
   */
  NamedArray batch() {
    Rows rows = rows();
    NamedArray.Builder batch =
        NamedArray.builder(rows.items()).put("input_ids", rows.pack(tensors.get("input_ids")));
    tensor("token_type_ids").ifPresent(x -> batch.put("token_type_ids", rows.pack(x)));
    return batch.build();
  }

  /**
   * {@link #batch} with the tokens to learn, those whose label is not -100, in {@code loss_mask}
   * and {@code output_mask}.
   */
  NamedArray trainingBatch() {
    long[] labels = rows().pack(tensors.get("labels")).toLongs();
    boolean[] learned = new boolean[labels.length];
    int first = 0;
    for (int t = 0; t < labels.length; t++) {
      learned[t] = labels[t] != -100;
    }
    // The first token of a row has nothing before it.
    for (int length : rows().lengths()) {
      learned[first] = false;
      first += length;
    }
    TensorData mask = TensorData.ofBooleans(learned, learned.length);
    return batch().with("loss_mask", mask).with("output_mask", mask);
  }
}
