package dev.tenon.backend.pytorch.internal;

import dev.tenon.error.InvalidInputException;

/** libtorch could not compile a script. The message is libtorch's own. */
public final class ScriptCompileException extends InvalidInputException {

  private static final long serialVersionUID = 1L;

  ScriptCompileException(String message, Throwable cause) {
    super(message, cause);
  }
}
