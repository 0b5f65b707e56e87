package dev.tenon.cli.conformance;

import dev.tenon.internal.Json;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One algorithm of an oracle directory: {@code <name>.json}, and {@code <name>.safetensors} where
 * it has input tensors.
 *
 * @param name the algorithm
 * @param inputs tensors that all cases share
 * @param cases one per set of parameters
 */
record AlgorithmFile(String name, NamedArray inputs, List<AlgorithmCase> cases) {
  AlgorithmFile {
    cases = List.copyOf(cases);
  }

  /** Every algorithm of a directory, in the order of their names. */
  static List<AlgorithmFile> all(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(x -> x.getFileName().toString())
          .filter(x -> x.endsWith(".json") && !x.equals("index.json"))
          .sorted()
          .map(x -> read(directory, x.substring(0, x.length() - ".json".length())))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static AlgorithmFile read(Path directory, String name) {
    try {
      String text = Files.readString(directory.resolve(name + ".json"));
      JsonObject json =
          new JsonObject(
              name, Json.parseObject(text.getBytes(StandardCharsets.UTF_8), name).toMap());
      List<AlgorithmCase> cases = new ArrayList<>();
      for (JsonObject each : json.objects("cases")) {
        cases.add(AlgorithmCase.of(name, cases.size(), each));
      }
      return new AlgorithmFile(name, inputs(directory.resolve(name + ".safetensors")), cases);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static NamedArray inputs(Path file) {
    return Files.exists(file) ? OracleReader.tensors(file) : NamedArray.of(Map.of());
  }

  TensorData input(String key) {
    return inputs.get(key);
  }
}
