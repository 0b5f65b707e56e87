package dev.tenon.catalog.source.hub;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One file of a commit.
 *
 * @param path in the repository
 * @param size in bytes, −1 if unknown
 * @param etag names its content: SHA-256 of a large file, git's SHA-1 of another one; absent for a
 *     file of a cache without links
 */
record HubFile(String path, long size, Optional<String> etag) {
  private static final Pattern ETAG = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
  private static final int SHA256 = 64;

  /** Whether a text is the name of a content. */
  static boolean isEtag(String text) {
    return ETAG.matcher(text).matches();
  }

  /** The SHA-256 it must have, if that is what names it. */
  Optional<String> sha256() {
    return etag.filter(x -> x.length() == SHA256);
  }

  /** The SHA-1 that git gives it, if that is what names it. */
  Optional<String> gitBlob() {
    return etag.filter(x -> x.length() != SHA256);
  }
}
