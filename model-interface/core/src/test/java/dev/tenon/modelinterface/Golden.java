package dev.tenon.modelinterface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.checkpoint.NamedArrayFormat;
import dev.tenon.internal.Json;
import dev.tenon.internal.JsonObject;
import dev.tenon.objective.LossFunction;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.util.List;
import java.util.Objects;
import java.util.stream.DoubleStream;

/** A file of golden numbers; its folder's README says where they come from. */
public record Golden(NamedArray inputs, List<JsonObject> cases) {
  /** A file by its name. */
  public static Golden open(String name) {
    try (InputStream json = Golden.class.getResourceAsStream("golden/" + name + ".json");
        InputStream tensors = Golden.class.getResourceAsStream("golden/" + name + ".safetensors")) {
      JsonObject file = Json.parseObject(json.readAllBytes(), name);
      NamedArray inputs = NamedArrayFormat.read(Channels.newChannel(tensors), name, 1 << 20);
      return new Golden(inputs, file.objects("cases"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Rows of tensors [n, width] in turn, F32 [n * parts, width]. */
  public TensorData inTurn(String... names) {
    List<double[]> parts = List.of(names).stream().map(x -> inputs.get(x).toDoubles()).toList();
    int width = Math.toIntExact(inputs.get(names[0]).shape().dim(1));
    return floats(inTurn(parts, width), width);
  }

  private static double[] inTurn(List<double[]> parts, int width) {
    double[] all = new double[parts.stream().mapToInt(x -> x.length).sum()];
    for (int i = 0; i < all.length; i++) {
      int row = i / width;
      all[i] = parts.get(row % parts.size())[row / parts.size() * width + i % width];
    }
    return all;
  }

  /** Rows of this width, F32. */
  public static TensorData floats(double[] values, int width) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return TensorData.ofFloats(floats, values.length / width, width);
  }

  /** Compares a loss with a case; the gradients' parts are expected under these names, in turn. */
  public static void check(
      JsonObject each, LossFunction.Loss found, String output, String... gradients) {
    JsonObject expected = each.object("expected");
    assertThat(found.sum() / found.weight())
        .isCloseTo(expected.number("loss"), within(1e-10 * expected.number("loss")));
    TensorData gradient = Objects.requireNonNull(found.gradients().get(output));
    int width = Math.toIntExact(gradient.shape().dim(1));
    List<double[]> parts =
        List.of(gradients).stream().map(x -> flat(expected.list("grad." + x)).toArray()).toList();
    double[] wanted = inTurn(parts, width);
    for (int i = 0; i < wanted.length; i++) {
      assertThat(gradient.getDouble(i) / found.weight()).isCloseTo(wanted[i], within(1e-6));
    }
  }

  private static DoubleStream flat(List<?> list) {
    return list.stream()
        .flatMapToDouble(
            x ->
                x instanceof List<?> inner
                    ? flat(inner)
                    : DoubleStream.of(((Number) x).doubleValue()));
  }
}
