package dev.tenon.catalog.source.hub;

import dev.tenon.catalog.net.TransferException;
import java.util.Optional;

/** What to do about an answer of the hub that is no success. */
final class HubAnswers {
  private static final int BAD_REQUEST = 400;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int TOO_MANY = 429;

  private final HubSettings settings;
  private final HubRepo repo;
  private final String revision;

  HubAnswers(HubSettings settings, HubRepo repo, String revision) {
    this.settings = settings;
    this.repo = repo;
    this.revision = revision;
  }

  /**
   * The error for an answer.
   *
   * @param code what the hub says in {@code X-Error-Code}
   */
  TransferException error(int status, Optional<String> code) {
    String what = repo.id() + " of " + settings.endpoint();
    String expected =
        switch (status) {
          case UNAUTHORIZED -> unauthorized(code);
          case FORBIDDEN -> forbidden(code);
          case NOT_FOUND -> missing(code);
          case TOO_MANY -> "fewer requests: wait, or set HF_TOKEN for a higher limit";
          default -> "an answer of the hub; try again later";
        };
    return new TransferException(
        what + ": HTTP " + status + " (expected: " + expected + ")", status);
  }

  /** The error for a file that could not be brought: the same words where the hub refused it. */
  TransferException error(TransferException e) {
    int status = e.status().orElse(0);
    boolean refused = status == UNAUTHORIZED || status == FORBIDDEN;
    return refused ? withCause(error(status, Optional.empty()), e) : e;
  }

  private static TransferException withCause(TransferException worded, TransferException e) {
    worded.addSuppressed(e);
    return worded;
  }

  static boolean isError(int status) {
    return status >= BAD_REQUEST;
  }

  private String unauthorized(Optional<String> code) {
    if (isGated(code)) {
      return licence();
    }
    return settings.token().isPresent()
        ? "a token that is valid and may read it: check HF_TOKEN, and the name"
        : "another name, or for a private or gated model a token: set HF_TOKEN";
  }

  private String forbidden(Optional<String> code) {
    return isGated(code) || code.isEmpty() ? licence() : "a token that may read it: check HF_TOKEN";
  }

  private String licence() {
    String account =
        settings.token().isPresent()
            ? "with the account of HF_TOKEN"
            : "and set HF_TOKEN to a token of the account that did";
    return "access to it: accept its licence at "
        + settings.endpoint()
        + "/"
        + repo.id()
        + " "
        + account;
  }

  private String missing(Optional<String> code) {
    return code.filter("RevisionNotFound"::equals).isPresent()
        ? "a branch, tag or commit of it, not " + revision
        : "a repository and revision that exist; a private one needs HF_TOKEN";
  }

  private static boolean isGated(Optional<String> code) {
    return code.filter("GatedRepo"::equals).isPresent();
  }
}
