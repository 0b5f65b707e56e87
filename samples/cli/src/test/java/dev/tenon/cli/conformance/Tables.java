package dev.tenon.cli.conformance;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.model.Model;
import dev.tenon.model.Tokenizer;
import dev.tenon.model.TrainEngine;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.lang.reflect.Proxy;
import java.util.Collections;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Runs a {@link TableNetwork}. */
final class Tables {
  private Tables() {}

  /** A train engine over a table. The caller closes the model. */
  static Model start(TableNetwork table, FinetuneSpec spec) {
    return new PyTorchBackend()
        .initialize(new Model("table", table, noTokenizer(), Device.cpu()), spec);
  }

  /** The values of the table now. */
  static double[] values(TrainEngine engine) {
    TensorData[] found = new TensorData[1];
    engine.parameters((name, tensor) -> found[0] = tensor);
    return doubles(found[0]);
  }

  /** All values of a tensor. */
  static double[] doubles(TensorData tensor) {
    double[] values = new double[(int) tensor.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = tensor.getDouble(i);
    }
    return values;
  }

  /** All rows as one sequence with these ids. */
  static NamedArray sequence(long[] ids) {
    return NamedArray.builder(Items.ofLengths(ids.length))
        .put("input_ids", TensorData.ofLongs(ids, ids.length))
        .build();
  }

  /** Items of so many sequences, each of one token: its number. */
  static NamedArray singles(int items, int perItem) {
    int rows = items * perItem;
    Items layout =
        new Items(
            IntStream.range(0, items).mapToObj(String::valueOf).toList(),
            Collections.nCopies(items, perItem),
            Collections.nCopies(rows, 1));
    return NamedArray.builder(layout)
        .put("input_ids", TensorData.ofLongs(LongStream.range(0, rows).toArray(), rows))
        .build();
  }

  /** A table has no text; nothing here asks for it. */
  private static Tokenizer noTokenizer() {
    return (Tokenizer)
        Proxy.newProxyInstance(
            Tokenizer.class.getClassLoader(),
            new Class<?>[] {Tokenizer.class},
            (proxy, method, arguments) -> {
              throw new UnsupportedFeatureException(
                  "text of a table: " + method.getName() + " (expected: token ids)");
            });
  }
}
