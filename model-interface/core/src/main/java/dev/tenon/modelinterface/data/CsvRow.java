package dev.tenon.modelinterface.data;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One record of a CSV file.
 *
 * @param number the line it starts at, from 1
 * @param header the names of the columns
 * @param fields as many
 */
record CsvRow(long number, List<String> header, List<String> fields) implements TextRow {
  CsvRow {
    if (fields.size() != header.size()) {
      throw new InvalidInputException(
          Problems.problem("fields", fields.size(), header.size() + ", as in the first line"));
    }
  }

  @Override
  public List<String> texts(List<String> columns) {
    Problems problems = new Problems();
    List<String> texts = new ArrayList<>();
    for (String column : columns) {
      if (header.contains(column)) {
        texts.add(fields.get(header.indexOf(column)));
      } else {
        problems.add("column " + column, "missing", "one of " + header);
      }
    }
    problems.throwIfAny(InvalidInputException::new);
    return texts;
  }

  @Override
  public List<String> labels(String column) {
    String cell = texts(List.of(column)).get(0);
    return cell.isEmpty() ? List.of() : Arrays.asList(cell.split("\\|", -1));
  }

  @Override
  public String place(String column) {
    return "column " + (header.indexOf(column) + 1) + ", " + column;
  }
}
