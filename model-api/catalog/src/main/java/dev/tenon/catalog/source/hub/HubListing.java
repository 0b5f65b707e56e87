package dev.tenon.catalog.source.hub;

import dev.tenon.internal.Json;
import dev.tenon.internal.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All files of a commit. In the cache it is {@code {"format_version": 1, "files": {path: {"size",
 * "blob_id", "lfs_sha256", "lfs_size"}}}}, as huggingface_hub 2 writes it.
 *
 * @param commit 40 hexadecimal digits
 */
record HubListing(String commit, List<HubFile> files) {
  private static final long FORMAT = 1;

  HubListing {
    files = List.copyOf(files);
  }

  /** Reads one of the cache; of another format there is none. */
  static Optional<HubListing> of(String commit, JsonObject json) {
    Optional<JsonObject> found = json.findObject("files");
    if (json.integer("format_version", 0) != FORMAT || found.isEmpty()) {
      return Optional.empty();
    }
    List<HubFile> files = new ArrayList<>();
    for (String path : found.get().keys()) {
      JsonObject each = found.get().object(path);
      Optional<String> etag = each.findString("lfs_sha256").or(() -> each.findString("blob_id"));
      long size = each.integer("lfs_size", each.integer("size", -1));
      files.add(new HubFile(path, size, etag.filter(HubFile::isEtag)));
    }
    return Optional.of(new HubListing(commit, files));
  }

  byte[] json() {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    for (HubFile each : files) {
      Map<String, @Nullable Object> file = new LinkedHashMap<>();
      file.put("size", each.size());
      each.gitBlob().ifPresent(x -> file.put("blob_id", x));
      each.sha256().ifPresent(x -> file.put("lfs_sha256", x));
      all.put(each.path(), file);
    }
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("format_version", FORMAT);
    json.put("files", all);
    return Json.prettyBytes(json);
  }
}
