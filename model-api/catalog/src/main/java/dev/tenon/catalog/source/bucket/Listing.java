package dev.tenon.catalog.source.bucket;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

/** What a bucket has. */
final class Listing {
  private static final int MOST = 100_000;

  private Listing() {}

  /**
   * All objects whose keys begin so, but markers of directories: empty, with a slash at the end.
   *
   * @throws InvalidInputException if there are more than 100,000
   */
  static List<S3Object> below(S3 s3, String prefix) {
    List<S3Object> all = new ArrayList<>();
    Optional<String> next = Optional.empty();
    do {
      ListObjectsV2Response page = page(s3, prefix, next);
      page.contents().stream().filter(x -> !isMarker(x)).forEach(all::add);
      if (all.size() > MOST) {
        throw new InvalidInputException(
            Problems.problem("objects of " + s3.place(), "more than " + MOST, "at most " + MOST));
      }
      next =
          Boolean.TRUE.equals(page.isTruncated())
              ? Optional.ofNullable(page.nextContinuationToken())
              : Optional.empty();
    } while (next.isPresent());
    return all;
  }

  private static ListObjectsV2Response page(S3 s3, String prefix, Optional<String> token) {
    return s3.ask(
        s3.place().toString(),
        () ->
            s3.client()
                .listObjectsV2(
                    x -> {
                      x.bucket(s3.place().bucket()).prefix(prefix);
                      token.ifPresent(x::continuationToken);
                    }));
  }

  private static boolean isMarker(S3Object object) {
    return object.key().endsWith("/") && object.size() == 0;
  }

  /** What is known of one object, if there is one. */
  static Optional<HeadObjectResponse> head(
      S3 s3, String key, Consumer<HeadObjectRequest.Builder> more) {
    return s3.ask(
        "s3://" + s3.place().bucket() + "/" + key,
        () -> {
          try {
            return Optional.of(
                s3.client().headObject(x -> more.accept(x.bucket(s3.place().bucket()).key(key))));
          } catch (NoSuchKeyException e) {
            return Optional.empty();
          }
        });
  }
}
