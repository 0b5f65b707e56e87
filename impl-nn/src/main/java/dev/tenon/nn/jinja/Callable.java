package dev.tenon.nn.jinja;

/** What a template can call: a macro, a method of a value, a global function. */
@FunctionalInterface
interface Callable {
  Object call(Arguments arguments, Run run);
}
