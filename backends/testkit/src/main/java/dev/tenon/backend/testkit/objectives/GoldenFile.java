package dev.tenon.backend.testkit.objectives;

import dev.tenon.checkpoint.NamedArrayFormat;
import dev.tenon.error.CheckpointException;
import dev.tenon.internal.Json;
import dev.tenon.internal.JsonObject;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.util.List;
import java.util.Objects;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * One file of golden numbers.
 *
 * @param name of the file
 * @param inputs its tensors
 * @param cases parameters and expected numbers
 */
record GoldenFile(String name, NamedArray inputs, List<JsonObject> cases) {
  static GoldenFile open(String name) {
    try (InputStream json = resource(name + ".json");
        InputStream tensors = resource(name + ".safetensors")) {
      NamedArray inputs =
          NamedArrayFormat.read(Channels.newChannel(tensors), name + ".safetensors", 1 << 20);
      JsonObject file = Json.parseObject(json.readAllBytes(), name + ".json");
      return new GoldenFile(name, inputs, file.objects("cases"));
    } catch (IOException e) {
      throw new CheckpointException("resource " + name + ": unreadable (expected: a file)", e);
    }
  }

  private static InputStream resource(String file) {
    return Objects.requireNonNull(
        GoldenFile.class.getResourceAsStream("golden/" + file), "golden/" + file);
  }

  double[] input(String field) {
    return inputs.get(field).toDoubles();
  }

  String title(JsonObject parameters) {
    return name + parameters.toMap();
  }

  /** A list of numbers, nested or not, row-major. */
  static double[] numbers(JsonObject expected, String key) {
    return flat(expected.list(key)).toArray();
  }

  private static DoubleStream flat(List<?> list) {
    return list.stream()
        .flatMapToDouble(
            x ->
                x instanceof List<?> inner
                    ? flat(inner)
                    : DoubleStream.of(Double.parseDouble(String.valueOf(x))));
  }

  /** Numbers of two equally long arrays in turn, {@code width} at a time. */
  static double[] inTurn(int width, double[]... parts) {
    double[] all = new double[Stream.of(parts).mapToInt(x -> x.length).sum()];
    for (int i = 0; i < all.length; i++) {
      int row = i / width;
      all[i] = parts[row % parts.length][row / parts.length * width + i % width];
    }
    return all;
  }

  static TensorData floats(double[] values, long... dims) {
    return TwinBatch.gradient(values, dims);
  }

  static TensorData doubles(double[] values, long... dims) {
    return TensorData.ofDoubles(values, dims);
  }
}
