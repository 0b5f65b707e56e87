package dev.tenon.catalog.source.bucket;

import dev.tenon.catalog.net.TransferException;
import dev.tenon.internal.Problems;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** What to do about an answer of a bucket server that is no success. */
final class BucketAnswers {
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int REDIRECTION = 300;
  private static final int BAD_REQUEST = 400;

  private BucketAnswers() {}

  static TransferException error(String what, BucketServer server, S3Exception e) {
    AwsErrorDetails details = e.awsErrorDetails();
    String code = details == null || details.errorCode() == null ? "" : details.errorCode();
    int status = e.statusCode();
    String said = "HTTP " + status + (code.matches("[A-Za-z0-9]{1,64}") ? " " + code : "");
    TransferException error =
        new TransferException(Problems.problem(what, said, expected(server, status, code)), status);
    error.initCause(e);
    return error;
  }

  private static String expected(BucketServer server, int status, String code) {
    String keys =
        server.keys().isPresent()
            ? "keys that may do this: check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY"
            : "keys: set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY";
    boolean elsewhere = status >= REDIRECTION && status < BAD_REQUEST;
    return switch (code) {
      case "NoSuchBucket" -> "a bucket that exists at " + server.endpoint();
      case "NoSuchKey" -> "an object that exists";
      case "PermanentRedirect", "AuthorizationHeaderMalformed" -> elsewhere(server);
      default ->
          status == FORBIDDEN
              ? keys
              : status == NOT_FOUND
                  ? "a bucket and an object that exist"
                  : elsewhere ? elsewhere(server) : "a success; try again later";
    };
  }

  private static String elsewhere(BucketServer server) {
    return "the bucket's own region and endpoint, not " + server.region();
  }
}
