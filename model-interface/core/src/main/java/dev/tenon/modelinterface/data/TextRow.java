package dev.tenon.modelinterface.data;

import java.util.List;

/** One line, or record, of a file of texts. */
interface TextRow {
  /** The line it starts at, from 1. */
  long number();

  /** The texts of columns; what is missing is reported together. */
  List<String> texts(List<String> columns);

  /** A label, or several, as they are written. */
  List<String> labels(String column);

  /** Where a column is, for messages. */
  String place(String column);
}
