package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.nn.internal.session.ChosenTokens;
import dev.tenon.tensor.TensorData;
import java.util.List;
import java.util.Map;

/**
 * The sampling text over logits on the native side.
 *
 * @param logits F32 [B, V]
 */
record SamplingText(TorchValue logits, NativeScope scope, Driver driver)
    implements ChosenTokens.Text {
  @Override
  public ChosenTokens pick() {
    return chosen(driver.call(scope, "pick", logits));
  }

  @Override
  public ChosenTokens choose(Map<String, TensorData> choice) {
    return chosen(driver.call(scope, "choose", logits, MicroBatch.dict(scope, choice)));
  }

  @Override
  public TensorData beforeProcessors(Map<String, TensorData> choice, TensorData rows) {
    return driver
        .call(
            scope, "before_processors", logits, MicroBatch.dict(scope, choice), scope.tensor(rows))
        .toTensorData();
  }

  /** From what a driver returned: tokens, log-probabilities, and more that is not read. */
  static ChosenTokens chosen(TorchValue returned) {
    List<TorchValue> parts = returned.elements();
    return new ChosenTokens(parts.get(0).toTensorData(), parts.get(1).toTensorData());
  }

  /** Calls a method of the text that a session runs. */
  interface Driver {
    TorchValue call(NativeScope scope, String method, TorchValue... arguments);
  }
}
