package dev.tenon.catalog.source.git;

import dev.tenon.catalog.net.TransferException;
import dev.tenon.catalog.net.Web;
import dev.tenon.catalog.net.WebRequest;
import dev.tenon.catalog.net.WebResponse;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Json;
import dev.tenon.internal.JsonObject;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Asks a server of git LFS where objects are (git-lfs, docs/api/batch.md). Safe for threads. */
record LfsServer(Web web, GitCredentials credentials, String endpoint, String reference) {
  /** Most objects of one request. */
  static final int BATCH = 100;

  private static final String TYPE = "application/vnd.git-lfs+json";

  /**
   * Where objects are, at most {@link #BATCH} of them.
   *
   * @return actions by oid, one for each
   * @throws TransferException if the server does not answer, or not for one of them
   * @throws InvalidInputException if it answers no LFS
   */
  Map<String, LfsAction> find(Collection<LfsPointer> wanted) {
    JsonObject answer = send(request(wanted));
    require(answer, "transfer", "basic");
    require(answer, "hash_algo", "sha256");
    Map<String, JsonObject> given = new LinkedHashMap<>();
    answer.objects("objects").forEach(x -> given.put(x.string("oid"), x));
    Map<String, LfsAction> actions = new LinkedHashMap<>();
    wanted.forEach(x -> actions.put(x.oid(), action(x, Optional.ofNullable(given.get(x.oid())))));
    return actions;
  }

  private WebRequest request(Collection<LfsPointer> wanted) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("operation", "download");
    body.put("transfers", List.of("basic"));
    body.put("ref", Map.of("name", reference));
    body.put("objects", wanted.stream().map(LfsServer::object).toList());
    body.put("hash_algo", "sha256");
    WebRequest request =
        WebRequest.of("POST", endpoint + "/objects/batch")
            .header("Accept", TYPE)
            .header("Content-Type", TYPE)
            .body(WebRequest.Body.of(Json.prettyBytes(body)));
    return credentials
        .forUrl(endpoint)
        .map(x -> request.secret("Authorization", x))
        .orElse(request);
  }

  private static Map<String, Object> object(LfsPointer pointer) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("oid", pointer.oid());
    object.put("size", pointer.bytes());
    return object;
  }

  private JsonObject send(WebRequest request) {
    try (WebResponse response = web.send(request).expect(200)) {
      return Json.parseObject(response.body().readAllBytes(), "answer of " + endpoint);
    } catch (IOException e) {
      throw new TransferException(Problems.problem(endpoint, e.getMessage(), "an answer"), e);
    }
  }

  private static void require(JsonObject answer, String key, String value) {
    if (!answer.string(key, value).equals(value)) {
      throw answer.problem(key, value);
    }
  }

  private LfsAction action(LfsPointer pointer, Optional<JsonObject> answer) {
    String what = "LFS object " + pointer.oid();
    JsonObject object =
        answer.orElseThrow(
            () -> new TransferException(Problems.problem(what, "not answered", "where it is")));
    Optional<JsonObject> error = object.findObject("error");
    if (error.isPresent()) {
      int code = (int) error.get().integer("code", 0);
      String message = error.get().string("message", "").replaceAll("\\p{C}", "?");
      String value = code + " " + message;
      throw new TransferException(Problems.problem(what, value, "an object that is there"), code);
    }
    long size = object.integer("size");
    if (size != pointer.bytes()) {
      throw new InvalidInputException(
          Problems.problem("size of " + what, size, String.valueOf(pointer.bytes())));
    }
    return object
        .findObject("actions")
        .flatMap(x -> x.findObject("download"))
        .map(LfsAction::of)
        .orElseThrow(
            () -> new TransferException(Problems.problem(what, "no download", "an action for it")));
  }
}
