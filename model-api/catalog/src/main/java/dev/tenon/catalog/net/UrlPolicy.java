package dev.tenon.catalog.net;

import dev.tenon.internal.Problems;
import java.net.InetAddress;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Which URLs may be opened. By default those with {@code https} whose host has public addresses
 * alone. The application can name origins that it trusts whatever their address is, and can keep to
 * a list of hosts. Immutable and safe for threads.
 *
 * @param trusted origins, {@code https://host:port}, whose addresses are not looked at; one with
 *     {@code http} is the only way to that scheme
 * @param only hosts that may be asked at all, {@code *.example.org} with all below it; empty: any
 */
public record UrlPolicy(Set<String> trusted, Set<String> only) {
  private static final int HTTPS = 443;
  private static final int HTTP = 80;

  /** Such hosts are addresses, which some read as octal, hexadecimal or one number. */
  private static final Pattern ENDS_IN_A_NUMBER =
      Pattern.compile("(.*\\.)?([0-9]+|0[xX][0-9a-fA-F]*)\\.?");

  private static final Pattern IPV4 =
      Pattern.compile("((0|[1-9][0-9]{0,2})\\.){3}(0|[1-9][0-9]{0,2})");

  /** {@code https} to public addresses. */
  public static final UrlPolicy PUBLIC = new UrlPolicy(Set.of(), Set.of());

  /** Copies. */
  public UrlPolicy {
    trusted = Set.copyOf(trusted);
    only = Set.copyOf(only);
  }

  /**
   * Also opens URLs of this origin, whatever its address is.
   *
   * @param origin {@code https://host:port}; without a scheme it is {@code https}, without a port
   *     the scheme's own
   */
  public UrlPolicy trusting(String origin) {
    URI uri = parse(origin.contains("://") ? origin : "https://" + origin);
    check(uri.getHost() != null && isHttp(uri), uri.toString(), "a host, or https://host:port");
    Set<String> more = new TreeSet<>(trusted);
    more.add(origin(uri));
    return new UrlPolicy(more, only);
  }

  /** Opens URLs of these hosts alone; {@code *.example.org} is all hosts below it. */
  public UrlPolicy only(Set<String> hosts) {
    Set<String> lower = new TreeSet<>();
    hosts.forEach(x -> lower.add(x.toLowerCase(Locale.ROOT)));
    return new UrlPolicy(trusted, lower);
  }

  /**
   * Checks what can be seen without asking for addresses.
   *
   * @return the URL
   * @throws RefusedUrlException naming the rule
   */
  public URI check(String url) {
    URI uri = parse(url);
    String shown = withoutSecrets(uri);
    check(uri.getHost() != null && !uri.getHost().isEmpty(), shown, "https://host/path");
    check(!isOddAddress(uri.getHost()), shown, "an IPv4 address as 192.0.2.1");
    check(uri.getRawUserInfo() == null, shown, "a URL without a name or password in it");
    boolean named = trusted.contains(origin(uri));
    check(named || "https".equalsIgnoreCase(uri.getScheme()), shown, "an https URL");
    check(named || isListed(uri.getHost()), shown, "a host among " + new TreeSet<>(only));
    return uri;
  }

  private static boolean isOddAddress(String host) {
    return ENDS_IN_A_NUMBER.matcher(host).matches() && !IPV4.matcher(host).matches();
  }

  /** Whether the addresses of a host are taken as they are. */
  boolean trusts(String host, int port) {
    String origin = "://" + host.toLowerCase(Locale.ROOT) + ":" + port;
    return trusted.contains("https" + origin) || trusted.contains("http" + origin);
  }

  private boolean isListed(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    return only.isEmpty()
        || only.contains(lower)
        || only.stream().anyMatch(x -> x.startsWith("*.") && lower.endsWith(x.substring(1)));
  }

  /**
   * Checks one address of a host.
   *
   * @throws RefusedUrlException if it is none of the public internet
   */
  static void checkAddress(String host, InetAddress address) {
    if (!PublicAddress.is(address)) {
      throw new RefusedUrlException(
          Problems.problem(
              "address of " + host,
              address.getHostAddress(),
              "a public one, or a host that the application trusts"));
    }
  }

  private static URI parse(String url) {
    check(!url.startsWith("-") && url.strip().equals(url), url, "an https URL");
    try {
      return URI.create(url);
    } catch (IllegalArgumentException e) {
      throw new RefusedUrlException(Problems.problem("URL", url, "an https URL"));
    }
  }

  /** Scheme, host and port; two URLs with the same one share their secrets. */
  static String origin(URI uri) {
    int port = uri.getPort() >= 0 ? uri.getPort() : isTls(uri) ? HTTPS : HTTP;
    return (uri.getScheme() + "://" + uri.getHost() + ":" + port).toLowerCase(Locale.ROOT);
  }

  private static boolean isTls(URI uri) {
    return "https".equalsIgnoreCase(uri.getScheme());
  }

  private static boolean isHttp(URI uri) {
    return isTls(uri) || "http".equalsIgnoreCase(uri.getScheme());
  }

  /** For messages: without user, query and fragment, where keys and signatures stand. */
  static String withoutSecrets(URI uri) {
    String text = uri.toString().replaceFirst("[?#].*", "");
    return text.replaceFirst("//[^/@]*@", "//…@");
  }

  private static void check(boolean holds, String url, String expected) {
    if (!holds) {
      throw new RefusedUrlException(Problems.problem("URL", url, expected));
    }
  }
}
