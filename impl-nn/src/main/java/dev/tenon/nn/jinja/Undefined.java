package dev.tenon.nn.jinja;

/**
 * What a name or an element stands for that is not there: it prints as nothing, is false and empty;
 * any other use is an error.
 *
 * @param reason what the error says
 */
record Undefined(String reason) {
  Fault fault() {
    return new Fault(reason);
  }

  static Undefined name(String name) {
    return new Undefined("'" + name + "' is undefined");
  }

  static Undefined attribute(Object value, Object name) {
    String type = Types.describe(value);
    return name instanceof String
        ? new Undefined("'" + type + "' has no attribute " + Printing.repr(name))
        : new Undefined(type + " has no element " + Printing.repr(name));
  }

  /** An attribute that the sandbox does not hand out. */
  static Undefined unsafe(Object value, String name) {
    return new Undefined(
        "access to attribute '" + name + "' of '" + Types.name(value) + "' object is unsafe");
  }
}
