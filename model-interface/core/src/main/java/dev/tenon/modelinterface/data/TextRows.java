package dev.tenon.modelinterface.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * Reads a file of texts: CSV (RFC 4180, UTF-8, the first line names the columns) if its name ends
 * with {@code .csv}, the same with tabs if with {@code .tsv}, else JSON Lines.
 */
final class TextRows {
  private TextRows() {}

  /** Every row in order; what the function throws is reported with file and line. */
  static <T> List<T> read(Path file, Function<TextRow, T> reader) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".csv") || name.endsWith(".tsv")) {
      return csv(file, name.endsWith(".tsv") ? '\t' : ',', reader);
    }
    return JsonLines.read(file, reader::apply);
  }

  private static <T> List<T> csv(Path file, char separator, Function<TextRow, T> reader) {
    Collected<T> collected = new Collected<>(file + ":");
    try (Reader text = open(file);
        CsvReader<CsvRecord> csv =
            CsvReader.builder()
                .fieldSeparator(separator)
                .allowExtraFields(true)
                .allowMissingFields(true)
                .ofCsvRecord(text)) {
      Iterator<CsvRecord> records = csv.iterator();
      List<String> header = records.hasNext() ? header(file, records.next()) : List.of();
      while (collected.goesOn() && records.hasNext()) {
        CsvRecord each = records.next();
        long line = each.getStartingLineNumber();
        collected.add(line, () -> reader.apply(new CsvRow(line, header, each.getFields())));
      }
    } catch (IOException | UncheckedIOException | CsvParseException e) {
      String cause = e.getCause() == null ? "" : ", " + e.getCause().getMessage();
      throw new InvalidInputException(
          Problems.problem("data file", file, "CSV in UTF-8: " + e.getMessage() + cause), e);
    }
    return collected.values(file.toString());
  }

  private static Reader open(Path file) throws IOException {
    return new InputStreamReader(
        Files.newInputStream(file),
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT));
  }

  private static List<String> header(Path file, CsvRecord first) {
    List<String> names =
        first.getFields().stream().map(x -> x.startsWith("\uFEFF") ? x.substring(1) : x).toList();
    if (new HashSet<>(names).size() != names.size()) {
      throw new InvalidInputException(
          Problems.problem(file + ":1: columns", names, "different from one another"));
    }
    return names;
  }
}
