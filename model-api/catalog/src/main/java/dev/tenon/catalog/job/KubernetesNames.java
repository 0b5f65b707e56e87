package dev.tenon.catalog.job;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tenon.internal.FileTree;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/** Names that Kubernetes allows: RFC 1123's, lower case. */
final class KubernetesNames {
  /** A Job's name is a label of its pods. */
  static final int OF_JOB = 63;

  /** Of a volume claim. */
  static final int OF_CLAIM = 253;

  private static final Pattern GOOD = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");
  private static final int DIGITS = 8;

  private KubernetesNames() {}

  /**
   * A name as it is, if it is allowed; else the nearest one with a digest of the name at its end,
   * so that two names do not become one.
   */
  static String of(String name, int longest) {
    if (name.length() <= longest && GOOD.matcher(name).matches()) {
      return name;
    }
    byte[] sha256 = FileTree.sha256().digest(name.getBytes(UTF_8));
    String digest = HexFormat.of().formatHex(sha256).substring(0, DIGITS);
    String plain = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    String cut = plain.substring(0, Math.min(plain.length(), longest - DIGITS - 1));
    String start = cut.replaceAll("^-+|-+$", "");
    return start.isEmpty() ? "x-" + digest : start + "-" + digest;
  }
}
