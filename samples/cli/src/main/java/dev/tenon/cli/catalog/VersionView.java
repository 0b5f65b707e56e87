package dev.tenon.cli.catalog;

import dev.tenon.catalog.store.Lineage;
import dev.tenon.catalog.store.ParentVersion;
import dev.tenon.catalog.store.StoredVersion;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A version as JSON. */
final class VersionView {
  private VersionView() {}

  static Map<String, @Nullable Object> of(StoredVersion version) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("name", version.object().text());
    json.put("kind", version.object().kind().label());
    json.put("version", (long) version.number());
    json.put("digest", version.digest());
    json.put("bytes", version.bytes());
    json.put("created", version.created().toString());
    json.put("directory", version.directory().toString());
    json.put("framework", version.record().framework().orElse(null));
    json.put("tasks", version.record().tasks());
    json.put("tags", version.record().tags());
    json.put("metrics", version.record().metrics());
    json.put("lineage", lineage(version.record().lineage()));
    return json;
  }

  private static Map<String, @Nullable Object> lineage(Lineage lineage) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("parent", lineage.parent().map(VersionView::parent).orElse(null));
    json.put("dataset", lineage.dataset().map(VersionView::parent).orElse(null));
    json.put("origin", lineage.origin());
    json.put("params", lineage.params());
    json.put("job", lineage.job().orElse(null));
    return json;
  }

  private static Map<String, @Nullable Object> parent(ParentVersion parent) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("name", parent.object().text());
    json.put("version", (long) parent.number());
    json.put("digest", parent.digest());
    return json;
  }
}
