package dev.tenon.catalog.spec;

import dev.tenon.catalog.internal.path.PathRules;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Rules of names, which become names of directories and parts of addresses. Safe for threads. */
public final class SpecNames {
  private static final int MOST = 128;
  private static final int MOST_DISPLAYED = 256;
  private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

  /** Those of the specification; files have the longer list of {@link PathRules}. */
  private static final Pattern DEVICE =
      Pattern.compile("(con|prn|aux|nul|com[1-9]|lpt[1-9])", Pattern.CASE_INSENSITIVE);

  private static final Pattern REFERENCE_NAME =
      Pattern.compile("[^\\s~^:?*\\[\\\\\\p{Cntrl}-][^\\s~^:?*\\[\\\\\\p{Cntrl}]*");

  private SpecNames() {}

  /** Whether a text may name a directory and stand in an address. */
  public static boolean isIdentifier(String text) {
    return IDENTIFIER.matcher(text).matches() && !text.endsWith(".") && !isDevice(text);
  }

  private static boolean isDevice(String text) {
    int dot = text.indexOf('.');
    return DEVICE.matcher(dot < 0 ? text : text.substring(0, dot)).matches();
  }

  /** What is wrong with a name that people read. */
  static Optional<String> faultOfDisplayName(String text) {
    if (text.isBlank() || text.codePointCount(0, text.length()) > MOST_DISPLAYED) {
      return Optional.of("a name has 1 to " + MOST_DISPLAYED + " characters");
    }
    if (text.codePoints().anyMatch(SpecNames::isHidden)) {
      return Optional.of("a name has no control or direction characters");
    }
    boolean absolute = text.startsWith("/") || text.startsWith("\\") || PathRules.isOnDrive(text);
    return absolute || hasDots(text)
        ? Optional.of(text + " reads as a path (no leading slash, drive letter, . or .. as a part)")
        : Optional.empty();
  }

  private static boolean isHidden(int c) {
    return Character.isISOControl(c)
        || c == 0x061C
        || c == 0x200E
        || c == 0x200F
        || (c >= 0x202A && c <= 0x202E)
        || (c >= 0x2066 && c <= 0x2069);
  }

  private static boolean hasDots(String text) {
    for (String part : text.split("[/\\\\]", -1)) {
      if (part.equals(".") || part.equals("..")) {
        return true;
      }
    }
    return false;
  }

  /** The identifier of a name that people read; empty if nothing of it is left. */
  static String identifier(String displayName) {
    String name =
        displayName
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9._]+", "-")
            .replaceAll("^[-._]+", "");
    String cut = name.length() > MOST ? name.substring(0, MOST) : name;
    return cut.replaceAll("[-._]+$", "");
  }

  /** The name of a branch or tag that no command takes for an option or a range. */
  public static boolean isGitName(String text) {
    return REFERENCE_NAME.matcher(text).matches() && !text.contains("..");
  }

  /** {@code https://host…}. */
  static boolean isHttps(String text) {
    try {
      URI uri = new URI(text);
      return "https".equalsIgnoreCase(uri.getScheme()) && uri.getHost() != null;
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
