package dev.tenon.catalog.net;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which addresses belong to the public internet: all but those that IANA's registries of
 * special-purpose addresses list (RFC 6890 and later), and but IPv6 addresses that hold another one
 * of IPv4.
 */
final class PublicAddress {
  private static final List<Range> SPECIAL =
      Stream.of(
              "0.0.0.0/8",
              "10.0.0.0/8",
              "100.64.0.0/10",
              "127.0.0.0/8",
              "169.254.0.0/16",
              "172.16.0.0/12",
              "192.0.0.0/24",
              "192.0.2.0/24",
              "192.88.99.0/24",
              "192.168.0.0/16",
              "198.18.0.0/15",
              "198.51.100.0/24",
              "203.0.113.0/24",
              "224.0.0.0/3")
          .map(Range::parse)
          .toList();

  private PublicAddress() {}

  static boolean is(InetAddress address) {
    byte[] bytes = address.getAddress();
    return address instanceof Inet4Address ? isPublic4(bytes) : isPublic6(bytes);
  }

  private static boolean isPublic4(byte[] bytes) {
    long number = pair(bytes, 0) << 16 | pair(bytes, 2);
    return SPECIAL.stream().noneMatch(x -> x.has(number));
  }

  /** Of global unicast addresses, 2000::/3, those that are not set aside and carry no tunnel. */
  private static boolean isPublic6(byte[] bytes) {
    long first = pair(bytes, 0);
    long second = pair(bytes, 2);
    boolean global = (first & 0xe000) == 0x2000;
    boolean setAside = first == 0x2001 && (second < 0x200 || second == 0xdb8);
    boolean sixToFour = first == 0x2002;
    boolean documentation = first == 0x3fff;
    return global && !setAside && !sixToFour && !documentation;
  }

  private static long pair(byte[] bytes, int at) {
    return Byte.toUnsignedLong(bytes[at]) << 8 | Byte.toUnsignedLong(bytes[at + 1]);
  }

  /** Addresses of IPv4 with the same first bits. */
  private record Range(long start, int rest) {
    static Range parse(String text) {
      long start = 0;
      String[] parts = text.split("[./]", -1);
      for (int i = 0; i < 4; i++) {
        start = start << 8 | Long.parseLong(parts[i]);
      }
      return new Range(start, 32 - Integer.parseInt(parts[4]));
    }

    boolean has(long number) {
      return number >> rest == start >> rest;
    }
  }
}
