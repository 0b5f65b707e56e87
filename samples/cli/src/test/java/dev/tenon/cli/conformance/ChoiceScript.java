package dev.tenon.cli.conformance;

import dev.tenon.backend.pytorch.internal.CallSettings;
import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.pytorch.internal.TorchModule;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.nn.script.ProgramArchives;
import dev.tenon.nn.script.ScriptArchive;
import dev.tenon.nn.script.ScriptText;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.TensorData;
import java.util.LinkedHashMap;
import java.util.Map;

/** The text by which sessions choose tokens, called on given logits. */
final class ChoiceScript {
  private static final String TEXT =
      ScriptText.resource(ProgramArchives.class, "sampling.torchscript");

  private ChoiceScript() {}

  /** Calls {@code penalised} or {@code filtered}: F64 [B, V]. */
  static TensorData call(String method, TensorData logits, Map<String, TensorData> options) {
    TorchBridge bridge = TorchBridge.start();
    try (TorchModule script = bridge.load(ScriptArchive.of(TEXT));
        NativeScope scope = bridge.scope(method)) {
      Map<String, TorchValue> tensors = new LinkedHashMap<>();
      options.forEach((name, tensor) -> tensors.put(name, scope.tensor(tensor)));
      return script
          .call(
              CallSettings.inference(0),
              scope,
              method,
              scope.tensor(logits.to(DType.F64)),
              scope.tensorDict(tensors))
          .toTensorData();
    }
  }
}
