package dev.tenon.cli.conformance;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.model.Model;
import dev.tenon.model.Tokenizer;
import dev.tenon.model.TrainEngine;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.lang.reflect.Proxy;

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
    return NamedArray.builder(dev.tenon.tensor.Items.ofLengths(ids.length))
        .put("input_ids", TensorData.ofLongs(ids, ids.length))
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
