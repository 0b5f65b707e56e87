package dev.tenon.backend.pytorch.internal;

import dev.tenon.error.TenonException;
import dev.tenon.nn.script.ScriptArchive;

/** Turns what libtorch throws into exceptions with a readable message. */
final class TorchErrors {
  private TorchErrors() {}

  static TenonException compile(ScriptArchive archive, RuntimeException e) {
    return new TorchException(String.valueOf(e.getMessage()), String.valueOf(e.getMessage()), e);
  }

  static TenonException call(String method, RuntimeException e) {
    return new TorchException(String.valueOf(e.getMessage()), String.valueOf(e.getMessage()), e);
  }
}
