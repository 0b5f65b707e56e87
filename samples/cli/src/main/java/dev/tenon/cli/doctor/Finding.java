package dev.tenon.cli.doctor;

import java.util.concurrent.Callable;

/**
 * One thing that was looked at.
 *
 * @param name what, in lower case with underscores
 * @param value what was found
 * @param cure what to do about it; empty if all is well
 */
record Finding(String name, String value, String cure) {
  static Finding good(String name, Object value) {
    return new Finding(name, String.valueOf(value), "");
  }

  /** Looks, and survives whatever comes of it: a doctor who faints is of no use. */
  @SuppressWarnings("CatchThrowable")
  static Finding look(String name, Callable<Finding> look) {
    try {
      return look.call();
    } catch (Throwable e) {
      return new Finding(name, "unknown", String.valueOf(e));
    }
  }

  boolean isGood() {
    return cure.isEmpty();
  }
}
