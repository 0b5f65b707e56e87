package dev.tenon.backend.testkit;

import dev.tenon.model.Network;
import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.FieldKind;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.TensorData;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What the result of {@code forward} must be. */
final class OutputCheck {
  private static final double ROUNDING = 1e-3;

  private OutputCheck() {}

  static void check(Network network, NamedArray batch, OutputRequest request, NamedArray result) {
    Contract.check(
        result.items().equals(batch.items()), "forward", result.items(), batch.items().toString());
    Contract.check(
        result.metadata().equals(batch.metadata()),
        "forward",
        "metadata " + result.metadata(),
        "the batch's " + batch.metadata());
    Set<String> wanted =
        request.outputs().stream()
            .map(Output::field)
            .collect(Collectors.toCollection(TreeSet::new));
    Contract.check(result.names().equals(wanted), "forward", result.names(), wanted.toString());
    request.outputs().forEach(output -> check(network, batch, output, result));
  }

  private static void check(Network network, NamedArray batch, Output output, NamedArray result) {
    String field = output.field();
    TensorData tensor = result.get(field);
    String call = "forward, " + field;
    FieldKind kind = output.kind(network.head());
    Contract.check(result.kind(field) == kind, call, result.kind(field), "" + kind);
    Contract.check(tensor.dtype() == DType.F32, call, tensor.dtype(), "F32");
    Shape shape = shape(network, output, tensor, batch.items().entries(kind));
    Contract.check(tensor.shape().equals(shape), call, "shape " + tensor.shape(), shape.toString());
    if (kind == FieldKind.NEXT_TOKEN) {
      checkNextTokens(network, batch, output, tensor);
    }
  }

  private static Shape shape(Network network, Output output, TensorData found, long entries) {
    long hidden = network.program().hiddenSize();
    return switch (output) {
      case LOGITS -> Shape.of(entries, network.vocabSize());
      case HIDDEN -> Shape.of(entries, hidden);
      case HIDDEN_STATES -> Shape.of(entries, network.program().layers() + 1, hidden);
      case TOKEN_LOGPROBS, ENTROPY, VALUES, SCORES -> Shape.of(entries);
      // Their widths are the network's own affair.
      default -> found.shape().withFirst(entries);
    };
  }

  /** Log-probabilities are at most 0, entropies between 0 and log V; 0 outside the mask. */
  private static void checkNextTokens(
      Network network, NamedArray batch, Output output, TensorData tensor) {
    boolean entropy = output == Output.ENTROPY;
    double most = (entropy ? Math.log(network.vocabSize()) : 0) + ROUNDING;
    double least = entropy ? -ROUNDING : Double.NEGATIVE_INFINITY;
    TensorData mask = batch.find("output_mask").orElse(null);
    int token = 0;
    int entry = 0;
    for (int length : batch.items().lengths()) {
      token++;
      for (int t = 1; t < length; t++, token++, entry++) {
        double value = tensor.getDouble(entry);
        boolean wanted = mask == null || mask.getBoolean(token);
        Contract.check(
            wanted ? !(value > most || value < least) : value == 0,
            "forward, " + output.field() + "[" + entry + "]",
            value,
            wanted ? least + " to " + most : "0 outside output_mask");
      }
    }
  }
}
