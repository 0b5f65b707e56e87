package dev.tenon.nn.jinja;

/**
 * A piece of a template.
 *
 * @param text of DATA as it is to be printed, of STRING without quotes and escapes, of the others
 *     as written; of END what a message calls it
 * @param line where it starts, from 1
 */
record Token(Kind type, String text, int line) {
  enum Kind {
    DATA,
    PRINT_BEGIN,
    PRINT_END,
    BLOCK_BEGIN,
    BLOCK_END,
    NAME,
    STRING,
    INTEGER,
    FLOAT,
    OPERATOR,
    END
  }

  boolean is(Kind wanted) {
    return type == wanted;
  }

  boolean isName(String name) {
    return type == Kind.NAME && text.equals(name);
  }

  boolean isOperator(String operator) {
    return type == Kind.OPERATOR && text.equals(operator);
  }
}
