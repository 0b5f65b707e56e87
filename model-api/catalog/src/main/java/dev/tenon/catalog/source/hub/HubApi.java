package dev.tenon.catalog.source.hub;

import dev.tenon.catalog.net.TransferException;
import dev.tenon.catalog.net.Web;
import dev.tenon.catalog.net.WebRequest;
import dev.tenon.catalog.net.WebResponse;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Json;
import dev.tenon.internal.JsonObject;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the hub says about a repository. {@code /api/models/ID/revision/REVISION?blobs=true} lists
 * commit and files; of a file that it lists without size or digest, the headers of {@code
 * /ID/resolve/COMMIT/PATH} tell them.
 */
final class HubApi {
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
  private static final int MOST_FILES = 100_000;
  private static final int HOPS = 3;

  private final Web web;
  private final HubSettings settings;
  private final HubRepo repo;
  private final HubAnswers answers;

  HubApi(Web web, HubSettings settings, HubRepo repo, HubAnswers answers) {
    this.web = web;
    this.settings = settings;
    this.repo = repo;
    this.answers = answers;
  }

  static boolean isCommit(String revision) {
    return COMMIT.matcher(revision).matches();
  }

  /** Commit and files of a revision; those without a digest are not completed yet. */
  HubListing listing(String revision) {
    String path = "/api/models/" + repo.id() + "/revision/" + encoded(revision) + "?blobs=true";
    JsonObject json = Json.parseObject(body(settings.endpoint() + path), "answer of the hub");
    String commit = json.string("sha");
    if (!isCommit(commit)) {
      throw json.problem("sha", "a commit of 40 hexadecimal digits");
    }
    List<JsonObject> siblings = json.objects("siblings");
    if (siblings.size() > MOST_FILES) {
      throw new InvalidInputException(
          Problems.problem("files of " + repo.id(), siblings.size(), "at most " + MOST_FILES));
    }
    List<HubFile> files = new ArrayList<>();
    siblings.forEach(x -> files.add(file(x)));
    return new HubListing(commit, files);
  }

  private static HubFile file(JsonObject json) {
    Optional<JsonObject> lfs = json.findObject("lfs");
    Optional<String> etag =
        lfs.flatMap(x -> x.findString("sha256"))
            .or(() -> lfs.isPresent() ? Optional.empty() : json.findString("blobId"));
    long size = json.integer("size", -1);
    return new HubFile(
        json.string("rfilename"),
        lfs.map(x -> x.integer("size", size)).orElse(size),
        etag.filter(HubFile::isEtag));
  }

  private byte[] body(String url) {
    try (WebResponse response = web.send(asked(WebRequest.get(url)))) {
      check(response);
      return response.body().readAllBytes();
    } catch (IOException e) {
      throw new TransferException(
          Problems.problem("answer of the hub", e.getMessage(), "the whole answer"), e);
    }
  }

  /** A file with its size and digest. */
  HubFile completed(String commit, HubFile file) {
    if (file.size() >= 0 && file.etag().isPresent()) {
      return file;
    }
    String url = url(commit, file);
    for (int i = 0; i < HOPS; i++) {
      try (WebResponse head = web.send(asked(WebRequest.of("HEAD", url)).withoutRedirects())) {
        check(head);
        Optional<URI> next = renamed(head);
        if (next.isEmpty()) {
          return completed(file, head);
        }
        url = next.get().toString();
      }
    }
    throw new TransferException(
        Problems.problem(file.path(), "moved " + HOPS + " times", "a file of the hub"));
  }

  /** The hub sends the old name of a repository to its new one, on the same host. */
  private static Optional<URI> renamed(WebResponse head) {
    return head.header("location")
        .filter(x -> head.header("x-linked-etag").isEmpty() && x.startsWith("/"))
        .map(x -> head.url().resolve(x));
  }

  private HubFile completed(HubFile file, WebResponse head) {
    Optional<String> etag = head.header("x-linked-etag").or(() -> head.header("etag"));
    Optional<String> length = head.header("x-linked-size").or(() -> head.header("content-length"));
    Optional<String> bare = etag.map(x -> x.replaceFirst("^W/", "").replace("\"", ""));
    boolean sane = bare.filter(HubFile::isEtag).isPresent();
    if (!sane || length.filter(x -> x.matches("[0-9]{1,18}")).isEmpty()) {
      throw new InvalidInputException(
          Problems.problem(
              file.path() + " of " + repo.id(),
              bare.orElse("no etag") + ", " + length.orElse("no length"),
              "SHA-256 or git's SHA-1 as etag, and a length, as the hub sends them"));
    }
    return new HubFile(file.path(), Long.parseLong(length.orElseThrow()), bare);
  }

  /** The request for a file; where it redirects to does not get the token. */
  WebRequest request(String commit, HubFile file) {
    return asked(WebRequest.get(url(commit, file)));
  }

  private String url(String commit, HubFile file) {
    List<String> parts = new ArrayList<>();
    for (String part : file.path().split("/", -1)) {
      parts.add(encoded(part));
    }
    return settings.endpoint()
        + "/"
        + repo.id()
        + "/resolve/"
        + commit
        + "/"
        + String.join("/", parts);
  }

  private WebRequest asked(WebRequest request) {
    return settings
        .token()
        .map(x -> request.secret("Authorization", "Bearer " + x))
        .orElse(request);
  }

  private void check(WebResponse response) {
    if (HubAnswers.isError(response.status())) {
      throw answers.error(response.status(), response.header("x-error-code"));
    }
  }

  private static String encoded(String part) {
    return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
