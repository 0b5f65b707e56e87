package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.backend.pytorch.internal.CallSettings;
import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.ScriptCompileException;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.pytorch.internal.TorchException;
import dev.tenon.backend.pytorch.internal.TorchModule;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.nn.TorchScriptNetwork;
import dev.tenon.nn.script.ProgramArchives;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.TensorData;
import java.util.List;

/** A loaded TorchScript file, and the archive that makes outputs and tokens of its logits. */
final class TorchScriptFile implements AutoCloseable {
  /** What a file does with its own state is not known: no inference tensors. */
  private static final CallSettings SETTINGS = CallSettings.noGrad(0);

  private final TorchScriptNetwork network;
  private final TorchModule file;
  private final TorchModule driver;

  private TorchScriptFile(TorchScriptNetwork network, TorchModule file, TorchModule driver) {
    this.network = network;
    this.file = file;
    this.driver = driver;
  }

  static TorchScriptFile load(TorchBridge bridge, TorchScriptNetwork network) {
    TorchModule driver = bridge.load(ProgramArchives.logitsOfFile());
    try {
      return new TorchScriptFile(network, bridge.loadFile(network.file()), driver);
    } catch (ScriptCompileException e) {
      driver.close();
      throw new CheckpointException(
          Problems.problem(
              "model " + network.file(),
              String.valueOf(e.getMessage()).strip().replaceAll("\\s+", " "),
              "TorchScript that this libtorch loads"),
          e);
    }
  }

  /**
   * The logits [B, T, V] of padded rows.
   *
   * @param ids I64 [B, T]
   * @param mask I64 [B, T], 1 for real tokens
   * @throws InvalidInputException if forward fails or returns something else
   */
  TorchValue logits(TensorData ids, TensorData mask, NativeScope scope) {
    TorchValue logits = logitsOf(forward(ids, mask, scope));
    Shape expected = Shape.of(ids.shape().dim(0), ids.shape().dim(1), network.vocabSize());
    boolean tensor = logits.isTensor();
    if (!tensor || !logits.shape().equals(expected) || !logits.dtype().isFloating()) {
      throw new InvalidInputException(
          Problems.problem(
              "forward of " + network.file(),
              tensor ? logits.dtype() + " " + logits.shape() : logits.typeName(),
              "logits "
                  + expected
                  + " of a floating type: alone, first in a tuple, or \"logits\" of a dict"));
    }
    return logits;
  }

  private TorchValue forward(TensorData ids, TensorData mask, NativeScope scope) {
    try {
      return file.call(SETTINGS, scope, "forward", scope.tensor(ids), scope.tensor(mask));
    } catch (TorchException e) {
      throw new InvalidInputException(
          Problems.problem(
              "forward of " + network.file(),
              e.reason(),
              "logits for input_ids and attention_mask " + ids.shape()),
          e);
    }
  }

  private static TorchValue logitsOf(TorchValue returned) {
    if (returned.isTuple()) {
      List<TorchValue> elements = returned.elements();
      return elements.isEmpty() ? returned : elements.get(0);
    }
    return returned.typeName().startsWith("Dict(str,")
        ? returned.entries().getOrDefault("logits", returned)
        : returned;
  }

  /** Calls a method of the driver. */
  TorchValue driver(NativeScope scope, String method, TorchValue... arguments) {
    return driver.call(SETTINGS, scope, method, arguments);
  }

  @Override
  public void close() {
    file.close();
    driver.close();
  }
}
