package dev.tenon.catalog.store;

import dev.tenon.catalog.spec.SpecNames;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * A version as people name it: {@code heron}, {@code heron:3}, {@code heron:production}, {@code
 * shared/heron:latest}.
 *
 * @param object its name
 * @param version a number from 1, an alias, or {@link #LATEST}
 */
public record VersionRef(ObjectName object, String version) {
  /** The newest version; kept by the store itself. */
  public static final String LATEST = "latest";

  private static final Pattern DIGITS = Pattern.compile("[0-9]+");
  private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,8}");

  /**
   * Checks the version.
   *
   * @throws InvalidInputException if it is neither a number from 1 to 999,999,999 nor an identifier
   */
  public VersionRef {
    boolean digits = DIGITS.matcher(version).matches();
    boolean good = digits ? NUMBER.matcher(version).matches() : SpecNames.isIdentifier(version);
    if (!good) {
      throw new InvalidInputException(
          Problems.problem("version of " + object.text(), version, "a number from 1 or an alias"));
    }
  }

  /** The newest version of a name. */
  public static VersionRef latest(ObjectName object) {
    return new VersionRef(object, LATEST);
  }

  /** A version by its number. */
  public static VersionRef of(ObjectName object, int number) {
    return new VersionRef(object, Integer.toString(number));
  }

  /**
   * Reads {@code [namespace/]name[:version]}.
   *
   * @throws InvalidInputException if the text is no such thing
   */
  public static VersionRef parse(ObjectKind kind, String text) {
    int slash = text.indexOf('/');
    int colon = text.indexOf(':', slash + 1);
    String namespace = slash < 0 ? ObjectName.DEFAULT_NAMESPACE : text.substring(0, slash);
    String name = text.substring(slash + 1, colon < 0 ? text.length() : colon);
    String version = colon < 0 ? LATEST : text.substring(colon + 1);
    return new VersionRef(new ObjectName(kind, namespace, name), version);
  }

  /** The number, if the version is one. */
  public OptionalInt number() {
    return NUMBER.matcher(version).matches()
        ? OptionalInt.of(Integer.parseInt(version))
        : OptionalInt.empty();
  }

  /** As {@link #parse} reads it. */
  public String text() {
    return object.text() + ":" + version;
  }
}
