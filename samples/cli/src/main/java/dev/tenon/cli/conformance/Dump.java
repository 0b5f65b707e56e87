package dev.tenon.cli.conformance;

import dev.tenon.checkpoint.SafetensorsWriter;
import dev.tenon.checkpoint.Weights;
import dev.tenon.internal.Json;
import dev.tenon.tensor.TensorData;
import dev.tenon.tensor.TokenIds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes what an engine computed, under the oracle's names and in its forms, so that other programs
 * can compare: {@code <folder>.safetensors} and {@code <folder>.json}. What the train engine
 * computed has plain names, what the inference engine computed starts with {@code inference.}.
 *
 * @param directory where to write; made if it is missing
 */
record Dump(Path directory) {
  /** Writes both files of one folder. */
  void write(OracleFolder folder, Computed computed) {
    try {
      Files.createDirectories(directory);
      write(directory.resolve(folder.name() + ".safetensors"), computed.tensors());
      Files.writeString(
          directory.resolve(folder.name() + ".json"), Json.compact(numbers(folder, computed)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Path file, Map<String, TensorData> tensors) {
    Map<String, Weights.Info> infos = new TreeMap<>();
    tensors.forEach((name, x) -> infos.put(name, new Weights.Info(x.dtype(), x.shape())));
    SafetensorsWriter.write(file, infos, Map.of(), tensors::get);
  }

  private static Map<String, Object> numbers(OracleFolder folder, Computed computed) {
    Map<String, Object> adamw = new LinkedHashMap<>();
    adamw.put("losses", written(computed.numbers("adamw.losses")));
    adamw.put("grad_norms", written(computed.numbers("adamw.grad_norms")));
    single("loss_after", computed.numbers("adamw.loss_after"), adamw);
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("name", folder.name());
    single("loss", computed.numbers("loss"), all);
    single("grad_norm", computed.numbers("grad_norm"), all);
    all.put("adamw", adamw);
    all.put("greedy", greedy(folder, computed));
    return all;
  }

  /** Left out when it was not computed. */
  private static void single(String name, List<Double> values, Map<String, Object> target) {
    written(values).stream().findFirst().ifPresent(x -> target.put(name, x));
  }

  /** JSON has no number for NaN and infinities; the oracle writes them as text. */
  private static List<Object> written(List<Double> values) {
    return values.stream().map(x -> Double.isFinite(x) ? (Object) x : text(x)).toList();
  }

  private static String text(double value) {
    return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  }

  private static List<Map<String, Object>> greedy(OracleFolder folder, Computed computed) {
    List<Map<String, Object>> all = new ArrayList<>();
    for (int i = 0; i < computed.greedy().size(); i++) {
      TokenIds prompt = folder.numbers().greedy().get(i).prompt();
      Map<String, Object> each = new LinkedHashMap<>();
      each.put("prompt", prompt.stream().boxed().toList());
      each.put("tokens", computed.greedy().get(i).stream().boxed().toList());
      all.add(each);
    }
    return all;
  }
}
