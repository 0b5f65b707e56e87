package dev.tenon.catalog.source.hub;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.regex.Pattern;

/**
 * A repository of models.
 *
 * @param id {@code owner/name}, or {@code name} for the hub's oldest
 */
public record HubRepo(String id) {
  private static final int LONGEST = 96;
  private static final String PART = "[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?";
  private static final Pattern ID = Pattern.compile("(?:" + PART + "/)?" + PART);

  /**
   * Checks by the rules of the hub.
   *
   * @throws InvalidInputException naming them
   */
  public HubRepo {
    boolean fits =
        id.length() <= 2 * LONGEST && id.substring(id.indexOf('/') + 1).length() <= LONGEST;
    boolean unambiguous = !id.contains("--") && !id.contains("..") && !id.endsWith(".git");
    if (!fits || !unambiguous || !ID.matcher(id).matches()) {
      throw new InvalidInputException(
          Problems.problem(
              "repository of the hub",
              id.length() <= 200 ? id : id.substring(0, 200) + "…",
              "owner/name of letters, digits, - _ and ., no -- or .., at most 96 in the name"));
    }
  }

  /** Its directory in the cache: {@code models--owner--name}. */
  String folder() {
    return "models--" + id.replace("/", "--");
  }
}
