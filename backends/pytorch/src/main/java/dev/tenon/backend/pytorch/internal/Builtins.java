package dev.tenon.backend.pytorch.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tenon.nn.script.ScriptArchive;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/**
 * The bridge's own script: what DJL's native functions lack. Loaded once, never closed, not
 * counted.
 */
final class Builtins {

  private static final CallSettings SETTINGS = CallSettings.noGrad(0);

  private final TorchModule module;

  Builtins(TorchBridge bridge) {
    module = TorchModule.load(bridge, ScriptArchive.of(text()), false);
    keepFreedMemory(bridge);
  }

  /**
   * glibc gives freed memory back to the system and faults it in again at the next pass, a third of
   * the time of an int8 pass over 640 tokens. Once a block of nearly 32 MiB came and went, which
   * costs nothing since nobody writes to it, it keeps up to twice as much.
   */
  private void keepFreedMemory(TorchBridge bridge) {
    try (NativeScope scope = bridge.scope("keep freed memory")) {
      call(scope, "keep_freed_memory").toLong();
    }
  }

  TorchValue call(NativeScope scope, String method, TorchValue... arguments) {
    return module.call(SETTINGS, scope, method, arguments);
  }

  long dtype(TorchValue tensor) {
    try (NativeScope scope = tensor.scope().bridge().scope("dtype")) {
      return call(scope, "dtype", tensor).toLong();
    }
  }

  private static String text() {
    try (InputStream in =
        Objects.requireNonNull(Builtins.class.getResourceAsStream("builtin.torchscript"))) {
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
