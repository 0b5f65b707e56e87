package dev.tenon.catalog.internal.fetch;

import dev.tenon.catalog.net.TransferException;
import dev.tenon.catalog.net.WebResponse;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.io.EOFException;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an answer brings of a file.
 *
 * @param name of the file in messages
 * @param total bytes of the whole file, −1 if nobody told
 * @param limit most bytes that it may have
 */
record Body(String name, long total, long limit) {
  private static final Pattern RANGE =
      Pattern.compile("bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|[*])");
  private static final Pattern UNSATISFIED = Pattern.compile("bytes [*]/([0-9]{1,18})");
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

  /**
   * Reads the status line and the headers; the part starts again where the server does.
   *
   * @return empty if the part is the whole file
   * @throws TransferException for a status that brings nothing
   * @throws InvalidInputException if the server tells of another size than the expected one
   */
  static Optional<Body> of(WebResponse response, Part part, Download download) throws IOException {
    return switch (response.status()) {
      case 206 -> Optional.of(rest(response, part, download));
      case 416 -> unsatisfied(response, part, download);
      default -> Optional.of(all(response, part, download));
    };
  }

  private static Body all(WebResponse response, Part part, Download download) throws IOException {
    response.expect(200);
    part.restart(Validator.of(response));
    return of(download, number(response.header("content-length").orElse("")));
  }

  private static Body rest(WebResponse response, Part part, Download download) throws IOException {
    Matcher range = RANGE.matcher(response.header("content-range").orElse(""));
    if (!range.matches() || Long.parseLong(range.group(1)) != part.bytes()) {
      part.restart(Optional.empty());
      throw again(download, response, "bytes " + part.bytes() + "-…");
    }
    return of(download, number(range.group(3)));
  }

  private static Optional<Body> unsatisfied(WebResponse response, Part part, Download download)
      throws IOException {
    Matcher range = UNSATISFIED.matcher(response.header("content-range").orElse(""));
    boolean whole = range.matches() && Long.parseLong(range.group(1)) == part.bytes();
    if (whole && part.bytes() > 0 && download.size().isEmpty()) {
      return Optional.empty();
    }
    if (part.bytes() == 0) {
      response.expect(200, 206);
    }
    part.restart(Optional.empty());
    throw again(download, response, "bytes */" + part.bytes());
  }

  /** A failure after which the part is empty, so that the next attempt asks for all. */
  private static TransferException again(Download download, WebResponse response, String range) {
    String found = response.header("content-range").orElse("no content-range");
    return new StaleRangeException(Problems.problem(download.name(), found, range));
  }

  private static Body of(Download download, long announced) {
    long expected = download.size().orElse(announced);
    if (announced >= 0 && announced != expected) {
      throw size(download.name(), announced + " bytes", expected + " bytes");
    }
    if (expected > download.limit()) {
      throw size(download.name(), expected + " bytes", "at most " + download.limit());
    }
    return new Body(download.name(), expected, download.limit());
  }

  private static long number(String text) {
    return NUMBER.matcher(text).matches() ? Long.parseLong(text) : -1;
  }

  /** Most bytes that the file may have. */
  long most() {
    return total >= 0 ? total : limit;
  }

  void checkNotMore(long bytes) {
    if (bytes > most()) {
      throw size(name, "more than " + most() + " bytes", "at most " + most());
    }
  }

  /** A body without a length may end early and look whole. */
  void checkWhole(long bytes) {
    if (total >= 0 && bytes < total) {
      throw new TransferException(
          Problems.problem(name, bytes + " bytes", total + " bytes"),
          new EOFException("the answer ended early"));
    }
  }

  private static InvalidInputException size(String name, String found, String expected) {
    return new InvalidInputException(Problems.problem("size of " + name, found, expected));
  }
}
