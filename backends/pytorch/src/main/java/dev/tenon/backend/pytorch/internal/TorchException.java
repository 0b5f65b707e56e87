package dev.tenon.backend.pytorch.internal;

import dev.tenon.error.TenonException;
import java.util.Arrays;
import java.util.List;

/**
 * libtorch refused a call, an operator failed, or a script raised an error. The message is {@code
 * method: reason (line n)}, with the line in the script's methods; the cause is DJL's exception.
 */
public final class TorchException extends TenonException {

  private static final long serialVersionUID = 1L;

  private final String reason;
  private final String detail;
  private final int[] lines;

  TorchException(String message, String reason, String detail, int[] lines, Throwable cause) {
    super(message, cause);
    this.reason = reason;
    this.detail = detail;
    this.lines = lines.clone();
  }

  /** What went wrong, alone: an operator's message or the text of an {@code assert}. */
  public String reason() {
    return reason;
  }

  /** Where it went wrong, in lines of the script's methods from 1: outermost call first. */
  public List<Integer> lines() {
    return Arrays.stream(lines).boxed().toList();
  }

  /** libtorch's whole text, with the script's stack and source lines. */
  public String detail() {
    return detail;
  }
}
