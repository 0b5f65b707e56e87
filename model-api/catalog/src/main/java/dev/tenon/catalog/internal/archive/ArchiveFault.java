package dev.tenon.catalog.internal.archive;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;

/** Words for what is wrong with an archive; names are given as they stand in it. */
final class ArchiveFault {
  private ArchiveFault() {}

  static InvalidInputException of(String archive, Object found, String expected) {
    return new InvalidInputException(Problems.problem("archive " + archive, found, expected));
  }

  static InvalidInputException of(String archive, Exception cause, String expected) {
    String found = cause.getClass().getSimpleName() + " " + cause.getMessage();
    return new InvalidInputException(
        Problems.problem("archive " + archive, found, expected), cause);
  }

  static InvalidInputException at(String archive, String entry, Object found, String expected) {
    return new InvalidInputException(
        Problems.problem("archive " + archive + ", entry " + entry, found, expected));
  }
}
