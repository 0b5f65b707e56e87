package dev.tenon.backend.pytorch;

import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.testkit.LeakExtension;

/** The leak check of this module's tests. */
public final class NativeLeaks {
  private NativeLeaks() {}

  /** Counts what the bridge has open. */
  public static LeakExtension extension() {
    return new LeakExtension(() -> TorchBridge.openHandles().byName());
  }
}
