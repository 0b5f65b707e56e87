package dev.tenon.nn.jinja;

/** Python's None. */
enum Nothing {
  NONE
}
