package dev.tenon.catalog.source.bucket;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.regex.Pattern;

/**
 * A part of a bucket.
 *
 * @param bucket its name
 * @param prefix what its keys begin with, without slashes at the ends; empty for all
 */
public record BucketPlace(String bucket, String prefix) {
  private static final String SCHEME = "s3://";
  private static final int LONGEST = 1024;
  private static final Pattern BUCKET =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]");

  /**
   * Takes slashes from the prefix' ends.
   *
   * @throws InvalidInputException if the names are none of S3
   */
  public BucketPlace {
    prefix = prefix.replaceAll("^/+|/+$", "");
    if (!BUCKET.matcher(bucket).matches() || bucket.contains("..")) {
      throw new InvalidInputException(
          Problems.problem("bucket", bucket, "3 to 255 letters, digits, dots and hyphens"));
    }
    boolean climbs = ("/" + prefix + "/").matches(".*/[.]{1,2}/.*") || prefix.contains("//");
    boolean plain = prefix.chars().noneMatch(x -> x < ' ' || x == 0x7f || x == '\\');
    if (climbs || !plain || prefix.length() > LONGEST) {
      throw new InvalidInputException(
          Problems.problem("path in bucket " + bucket, prefix, "names with slashes between them"));
    }
  }

  /**
   * Reads {@code s3://bucket/prefix}.
   *
   * @throws InvalidInputException if it is none
   */
  public static BucketPlace parse(String url) {
    if (!url.startsWith(SCHEME)) {
      throw new InvalidInputException(Problems.problem("bucket", url, "s3://bucket/prefix"));
    }
    String rest = url.substring(SCHEME.length());
    int slash = rest.indexOf('/');
    return slash < 0
        ? new BucketPlace(rest, "")
        : new BucketPlace(rest.substring(0, slash), rest.substring(slash + 1));
  }

  /** The key of a path below the prefix. */
  String key(String path) {
    return prefix.isEmpty() ? path : prefix + "/" + path;
  }

  /** {@code s3://bucket/prefix}. */
  @Override
  public String toString() {
    return SCHEME + bucket + (prefix.isEmpty() ? "" : "/" + prefix);
  }
}
