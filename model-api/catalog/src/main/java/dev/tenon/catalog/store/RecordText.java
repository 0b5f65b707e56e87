package dev.tenon.catalog.store;

import dev.tenon.internal.Json;
import dev.tenon.internal.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A record as JSON: in the index, and in the {@code tenon.json} of a version. */
final class RecordText {
  private static final String SOURCE = "record of a version";

  private RecordText() {}

  /** What is not known is left out, so that equal records are equal text. */
  static Map<String, @Nullable Object> toMap(VersionRecord record) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    record.framework().ifPresent(x -> map.put("framework", x));
    if (!record.tasks().isEmpty()) {
      map.put("tasks", record.tasks());
    }
    putFilled(map, "tags", record.tags());
    putFilled(map, "metrics", record.metrics());
    putFilled(map, "lineage", toMap(record.lineage()));
    return map;
  }

  private static Map<String, @Nullable Object> toMap(Lineage lineage) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    lineage.parent().ifPresent(x -> map.put("parent", toMap(x)));
    lineage.dataset().ifPresent(x -> map.put("dataset", toMap(x)));
    putFilled(map, "origin", lineage.origin());
    putFilled(map, "params", lineage.params());
    lineage.job().ifPresent(x -> map.put("job", x));
    return map;
  }

  private static Map<String, @Nullable Object> toMap(ParentVersion parent) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("kind", parent.object().kind().label());
    map.put("namespace", parent.object().namespace());
    map.put("name", parent.object().name());
    map.put("version", parent.number());
    map.put("digest", parent.digest());
    return map;
  }

  private static void putFilled(Map<String, @Nullable Object> map, String key, Map<?, ?> value) {
    if (!value.isEmpty()) {
      map.put(key, value);
    }
  }

  static String write(VersionRecord record) {
    return Json.compact(toMap(record));
  }

  static VersionRecord read(String text) {
    JsonObject object = Json.parseObject(text.getBytes(StandardCharsets.UTF_8), SOURCE);
    Map<String, Double> metrics = new TreeMap<>();
    Optional<JsonObject> numbers = object.findObject("metrics");
    numbers.ifPresent(x -> x.keys().forEach(key -> metrics.put(key, x.number(key))));
    return new VersionRecord(
        object.findString("framework"),
        object.strings("tasks"),
        texts(object, "tags"),
        metrics,
        object.findObject("lineage").map(RecordText::lineage).orElse(Lineage.NONE));
  }

  private static Lineage lineage(JsonObject object) {
    return new Lineage(
        object.findObject("parent").map(RecordText::parent),
        object.findObject("dataset").map(RecordText::parent),
        texts(object, "origin"),
        object.findObject("params").map(JsonObject::toMap).orElse(Map.of()),
        object.findString("job"));
  }

  private static ParentVersion parent(JsonObject object) {
    ObjectKind kind = ObjectKind.of(object.string("kind"));
    ObjectName name = new ObjectName(kind, object.string("namespace"), object.string("name"));
    return new ParentVersion(name, object.positiveInt("version"), object.string("digest"));
  }

  private static Map<String, String> texts(JsonObject object, String key) {
    Map<String, String> texts = new TreeMap<>();
    Optional<JsonObject> inner = object.findObject(key);
    inner.ifPresent(x -> x.keys().forEach(name -> texts.put(name, x.string(name))));
    return texts;
  }
}
