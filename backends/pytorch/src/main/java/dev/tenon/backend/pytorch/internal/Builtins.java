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
