package dev.tenon.cli.conformance;

import dev.tenon.model.Engine;
import dev.tenon.objective.Objective;
import dev.tenon.tensor.NamedArray;
import java.util.Map;
import java.util.Optional;

/** What a folder's {@code kind} stands for: a network's outputs and the loss it is trained with. */
interface FolderKind {
  /** The kinds that have code, by name. */
  Map<String, FolderKind> ALL =
      Map.of(
          "causal", new CausalKind(),
          "mlm", EncoderKind.MASKED_LM,
          "cls", EncoderKind.CLASSIFICATION,
          "embed", EncoderKind.EMBEDDING);

  /** The kind of a name, if it has code. */
  static Optional<FolderKind> find(String name) {
    return Optional.ofNullable(ALL.get(name));
  }

  /** Computes the outputs of a forward pass under {@code prefix} and the oracle's names. */
  void forward(Engine engine, OracleFolder folder, String prefix, Computed computed);

  /** The rows with what the objective reads. */
  NamedArray trainingBatch(OracleFolder folder);

  /** The oracle's loss. */
  Objective objective();
}
