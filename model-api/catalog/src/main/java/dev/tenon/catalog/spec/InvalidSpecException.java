package dev.tenon.catalog.spec;

import dev.tenon.error.InvalidInputException;
import java.util.List;
import java.util.stream.Collectors;

/** A description cannot be accepted. The message has a line for each error. */
public class InvalidSpecException extends InvalidInputException {
  private static final long serialVersionUID = 1L;

  private final transient List<SpecProblem> errors;
  private final transient List<SpecProblem> warnings;

  /**
   * Creates the exception.
   *
   * @param errors all of them, in the document's order
   * @param warnings of the same document
   */
  public InvalidSpecException(List<SpecProblem> errors, List<SpecProblem> warnings) {
    super(errors.stream().map(SpecProblem::toString).collect(Collectors.joining("\n")));
    this.errors = List.copyOf(errors);
    this.warnings = List.copyOf(warnings);
  }

  /** All errors, in the document's order. */
  public List<SpecProblem> errors() {
    return errors;
  }

  /** What was found besides. */
  public List<SpecProblem> warnings() {
    return warnings;
  }
}
