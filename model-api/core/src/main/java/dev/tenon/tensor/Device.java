package dev.tenon.tensor;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;

/**
 * Where tensors live and operators run.
 *
 * @param type {@code "cpu"} or {@code "cuda"}
 * @param index which one, from 0; always 0 for the CPU
 */
public record Device(String type, int index) {
  private static final String RULE = "cpu, cuda or cuda:<index>";

  /** Checks the device. */
  public Device {
    boolean known = type.equals("cuda") ? index >= 0 : type.equals("cpu") && index == 0;
    if (!known) {
      throw new InvalidInputException(Problems.problem("device", type + ":" + index, RULE));
    }
  }

  /** The CPU. */
  public static Device cpu() {
    return new Device("cpu", 0);
  }

  /** A CUDA device by its index, from 0. */
  public static Device cuda(int index) {
    return new Device("cuda", index);
  }

  /** Reads {@code cpu}, {@code cuda} or {@code cuda:<index>}, as torch writes them. */
  public static Device parse(String text) {
    String[] parts = text.split(":", 2);
    try {
      return new Device(parts[0], parts.length == 1 ? 0 : Integer.parseInt(parts[1]));
    } catch (NumberFormatException e) {
      throw new InvalidInputException(Problems.problem("device", text, RULE), e);
    }
  }

  /** The form that {@link #parse} reads. */
  @Override
  public String toString() {
    return type.equals("cpu") ? type : type + ":" + index;
  }
}
