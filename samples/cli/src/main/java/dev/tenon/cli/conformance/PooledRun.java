package dev.tenon.cli.conformance;

import dev.tenon.model.Model;
import dev.tenon.model.ModelBackend;
import dev.tenon.model.Output;
import dev.tenon.nn.HfModels;
import dev.tenon.spec.Arguments;
import dev.tenon.tensor.Device;
import java.util.Map;

/**
 * One vector of each row, by the body of the folder's network whatever its head: the normalised
 * mean, and what the body's own pooler gives where the oracle has it.
 */
final class PooledRun {
  static final String MEAN = "mean_pooled_normalized";
  static final String POOLER = "pooler_output";

  private PooledRun() {}

  /** Computes what the folder expects on the inference engine. */
  static void run(ModelBackend backend, OracleFolder folder, Computed computed) {
    Map.of(MEAN, "mean", POOLER, "pooler")
        .forEach(
            (name, pooling) -> {
              if (folder.tensor(name).isPresent()) {
                run(backend, folder, name, pooling, computed);
              }
            });
  }

  private static void run(
      ModelBackend backend, OracleFolder folder, String name, String pooling, Computed computed) {
    Arguments arguments =
        Arguments.of("path", folder.directory())
            .with("head", "pooled-embedding")
            .with("pooling", pooling)
            .with("normalize", name.equals(MEAN));
    Model model = HfModels.registry().create("hf", "body", Device.cpu(), arguments);
    try (Model running = backend.initializeForInference(model)) {
      computed.tensor(
          Computed.INFERENCE + name,
          running.engine().forward(folder.batch(), Output.POOLED).get(Output.POOLED.field()));
    }
  }
}
