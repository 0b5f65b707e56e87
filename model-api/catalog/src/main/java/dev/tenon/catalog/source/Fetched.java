package dev.tenon.catalog.source;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a fetch brought.
 *
 * @param digest of the tree, SHA-256 over its files' paths and contents, in hexadecimal digits
 * @param origin where it came from, for the lineage: {@code kind}, {@code url}, {@code revision}
 *     and the like; never a secret
 */
public record Fetched(String digest, Map<String, String> origin) {
  /** Copies. */
  public Fetched {
    origin = Collections.unmodifiableMap(new TreeMap<>(origin));
  }
}
