package dev.tenon.catalog.store;

import dev.tenon.catalog.spec.SpecNames;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * A description that was registered.
 *
 * @param kind as it stands in a description, {@code Model}
 * @param namespace an identifier
 * @param name an identifier
 * @param file where it came from, for messages
 * @param text the YAML as it was registered
 * @param givenName in place of the name in the text, if one was given by hand
 * @param registered when, in milliseconds
 * @param state the last good one
 * @param error why the next state was not reached
 */
public record Registration(
    String kind,
    String namespace,
    String name,
    String file,
    String text,
    Optional<String> givenName,
    Instant registered,
    RegistrationState state,
    Optional<String> error) {
  /**
   * Checks the names and cuts the time.
   *
   * @throws InvalidInputException if kind, namespace or name is no identifier
   */
  public Registration {
    Problems problems = new Problems();
    problems.check(SpecNames.isIdentifier(kind), "kind", kind, ObjectName.RULE);
    problems.check(SpecNames.isIdentifier(namespace), "namespace", namespace, ObjectName.RULE);
    problems.check(SpecNames.isIdentifier(name), "name", name, ObjectName.RULE);
    problems.throwIfAny(InvalidInputException::new);
    registered = registered.truncatedTo(ChronoUnit.MILLIS);
  }

  /** Whether both say the same. */
  public boolean hasTextOf(Registration other) {
    return text.equals(other.text) && givenName.equals(other.givenName);
  }

  /** A new one, created now. */
  public static Registration of(
      String kind,
      String namespace,
      String name,
      String file,
      String text,
      Optional<String> givenName) {
    return new Registration(
        kind,
        namespace,
        name,
        file,
        text,
        givenName,
        Instant.now(),
        RegistrationState.CREATED,
        Optional.empty());
  }
}
