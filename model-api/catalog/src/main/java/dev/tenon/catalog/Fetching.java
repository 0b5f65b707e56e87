package dev.tenon.catalog;

import dev.tenon.catalog.source.FetchListener;
import dev.tenon.catalog.source.Fetched;
import dev.tenon.catalog.source.ModelSource;
import dev.tenon.catalog.spec.ModelSpec;
import dev.tenon.catalog.spec.Source;
import dev.tenon.catalog.spec.SpecKind;
import dev.tenon.catalog.store.Lineage;
import dev.tenon.catalog.store.ModelStore;
import dev.tenon.catalog.store.ObjectKind;
import dev.tenon.catalog.store.ObjectName;
import dev.tenon.catalog.store.Registration;
import dev.tenon.catalog.store.RegistrationState;
import dev.tenon.catalog.store.StoredVersion;
import dev.tenon.catalog.store.VersionRecord;
import dev.tenon.catalog.store.VersionRef;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Durable;
import dev.tenon.internal.FileTree;
import dev.tenon.internal.Json;
import dev.tenon.internal.Problems;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Brings the files of descriptions into the store. Safe for threads. */
final class Fetching {
  /** The tag by which a version is known to come from a source. */
  static final String SOURCE = "source";

  private final ModelStore store;
  private final Descriptions descriptions;
  private final Sources sources;
  private final Uploads uploads;

  Fetching(ModelStore store, Descriptions descriptions, Sources sources, Uploads uploads) {
    this.store = store;
    this.descriptions = descriptions;
    this.sources = sources;
    this.uploads = uploads;
  }

  /** The files of a description: those that were brought before, or else a new version. */
  StoredVersion fetch(Description description, FetchListener listener) {
    return fetch(description, listener, List.of());
  }

  private StoredVersion fetch(Description description, FetchListener listener, List<String> above) {
    try {
      StoredVersion version =
          description.spec().source() instanceof Source.OtherModel other
              ? linked(description, other, listener, above)
              : brought(description, listener);
      reached(description, RegistrationState.FETCHED);
      return version;
    } catch (RuntimeException e) {
      failed(description, e);
      throw e;
    }
  }

  /**
   * The files that a fetch would give without bringing any: what somebody uploaded counts, before a
   * build context, which is how such files are made.
   */
  Optional<StoredVersion> find(Description description) {
    ModelSpec spec = description.spec();
    if (spec.source() instanceof Source.OtherModel other) {
      return store
          .find(VersionRef.latest(base(description, other)))
          .flatMap(x -> newest(description.object(), tags(spec, x.digest())));
    }
    Optional<StoredVersion> uploaded = findUploaded(description.object());
    return newest(description.object(), tags(spec, ""))
        .filter(x -> uploaded.isEmpty() || !BuildContext.is(x))
        .or(() -> uploaded);
  }

  private static Map<String, String> tags(ModelSpec spec, String more) {
    return Map.of(SOURCE, fingerprint(spec, more));
  }

  /** The model whose files a description takes, in its own namespace unless it says another. */
  static ObjectName base(Description description, Source.OtherModel other) {
    String namespace = other.namespace().orElse(description.namespace());
    return new ObjectName(ObjectKind.MODEL, namespace, other.name());
  }

  /** Notes a state unless a later one was reached already. */
  void reached(Description description, RegistrationState state) {
    RegistrationState before = description.registration().state();
    RegistrationState now = before.compareTo(state) > 0 ? before : state;
    status(description, now, Optional.empty());
  }

  /** Keeps the last good state, and beside it what went wrong. */
  void failed(Description description, RuntimeException thrown) {
    failed(description, Optional.ofNullable(thrown.getMessage()).orElse(thrown.toString()));
  }

  /** The same with a sentence. */
  void failed(Description description, String reason) {
    status(description, description.registration().state(), Optional.of(reason));
  }

  private void status(Description description, RegistrationState state, Optional<String> error) {
    Registration registration = description.registration();
    store
        .registrations()
        .status(registration.kind(), registration.namespace(), registration.name(), state, error);
  }

  private StoredVersion brought(Description description, FetchListener listener) {
    return find(description)
        .orElseGet(
            () ->
                inTurn(
                    description.object(),
                    () -> find(description).orElseGet(() -> bring(description, listener))));
  }

  private StoredVersion bring(Description description, FetchListener listener) {
    ModelSource source =
        sources
            .of(description.spec(), description.spec().source())
            .orElseThrow(() -> nothing(description.object()));
    Map<String, String> tags = tags(description.spec(), "");
    Path place = place(description.object());
    Fetched fetched = source.fetch(place, listener);
    return commit(description, place, tags, fetched);
  }

  private StoredVersion inTurn(ObjectName object, Supplier<StoredVersion> work) {
    return FetchTurn.of(place(object).resolveSibling(placeName(object) + ".turn"), work);
  }

  /** Training data where a description says that they are. */
  StoredVersion data(Description description, Source source, FetchListener listener) {
    ModelSpec spec = description.spec();
    ObjectName object = dataName(description);
    Map<String, String> tags = dataTags(source);
    Supplier<StoredVersion> bring =
        () -> {
          Path place = place(object);
          Fetched fetched =
              sources.of(spec, source).orElseThrow(() -> nothing(object)).fetch(place, listener);
          VersionRecord record = VersionRecord.EMPTY.withTags(tags);
          return store.commit(
              object,
              place,
              Uploads.described(object, place, place, record)
                  .withLineage(Lineage.NONE.withOrigin(fetched.origin())));
        };
    return findData(description, source)
        .orElseGet(() -> inTurn(object, () -> newest(object, tags).orElseGet(bring)));
  }

  /** Where the files of a name come together. */
  private Path place(ObjectName object) {
    return store.home().resolve("fetch").resolve(placeName(object));
  }

  /** The data that {@link #data} would give without bringing any. */
  Optional<StoredVersion> findData(Description description, Source source) {
    return newest(dataName(description), dataTags(source));
  }

  private static ObjectName dataName(Description description) {
    String name = description.spec().name().identifier() + "-data";
    return new ObjectName(ObjectKind.DATASET, description.namespace(), name);
  }

  private static Map<String, String> dataTags(Source source) {
    return Map.of(SOURCE, source.kind().label() + " " + source.location().orElse(""));
  }

  private static String placeName(ObjectName object) {
    return object.kind().label() + "@" + object.namespace() + "@" + object.name();
  }

  private StoredVersion commit(
      Description description, Path place, Map<String, String> tags, Fetched fetched) {
    Map<String, String> all = new TreeMap<>(tags);
    if (description.spec().kind() == SpecKind.DATASET) {
      all.putAll(Durable.run(place, "a readable directory", () -> DatasetForm.of(place)));
    }
    VersionRecord record =
        record(description.spec(), all).withLineage(Lineage.NONE.withOrigin(fetched.origin()));
    return store.commit(description.object(), place, record);
  }

  private static VersionRecord record(ModelSpec spec, Map<String, String> tags) {
    VersionRecord record = VersionRecord.EMPTY.withTags(tags).withTasks(spec.tasks());
    return spec.framework().map(x -> record.withFramework(x.name())).orElse(record);
  }

  /** Another model's newest version under this name too: nothing is copied. */
  private StoredVersion linked(
      Description description,
      Source.OtherModel other,
      FetchListener listener,
      List<String> above) {
    List<String> path = new ArrayList<>(above);
    path.add(description.name());
    ObjectName base = base(description, other);
    if (path.contains(base.text())) {
      throw new InvalidInputException(
          Problems.problem("source of " + description.name(), path, "no model that is its own"));
    }
    StoredVersion parent =
        store
            .find(VersionRef.latest(base))
            .orElseGet(() -> fetch(descriptions.get(SpecKind.MODEL, base.text()), listener, path));
    Map<String, String> tags = tags(description.spec(), parent.digest());
    Lineage lineage =
        Lineage.NONE
            .withParent(BuildContext.model(parent).asParent())
            .withOrigin(Map.of("kind", "model", "model", base.text()));
    VersionRecord record = parent.record().withTags(tags).withLineage(lineage);
    ObjectName object = description.object();
    return newest(object, tags)
        .orElseGet(
            () ->
                inTurn(
                    object,
                    () ->
                        newest(object, tags).orElseGet(() -> store.link(object, parent, record))));
  }

  private Optional<StoredVersion> findUploaded(ObjectName object) {
    return store.versions(object).stream()
        .filter(x -> "upload".equals(x.record().lineage().origin().get("kind")))
        .reduce((a, b) -> b);
  }

  private static InvalidInputException nothing(ObjectName object) {
    return new InvalidInputException(
        Problems.problem(
            "files of " + object.text(),
            "none",
            "tenon upload " + object.text() + " DIR, or a source in the description"));
  }

  private Optional<StoredVersion> newest(ObjectName object, Map<String, String> tags) {
    return store.versions(object).stream()
        .filter(x -> x.record().tags().entrySet().containsAll(tags.entrySet()))
        .reduce((a, b) -> b);
  }

  /** Of what decides which files come. */
  private static String fingerprint(ModelSpec spec, String more) {
    Map<String, @Nullable Object> asked = new LinkedHashMap<>();
    Map<String, @Nullable Object> all = spec.toMap();
    asked.put("source", all.get("source"));
    asked.put("stores", all.get("stores"));
    if (spec.source() instanceof Source.Image) {
      asked.put("params", spec.container().params());
    }
    byte[] text = (Json.compact(asked) + more).getBytes(StandardCharsets.UTF_8);
    return HexFormat.of().formatHex(FileTree.sha256().digest(text)).substring(0, 16);
  }

  /** Files of a user for a description. */
  StoredVersion upload(Description description, Path from) {
    StoredVersion version =
        uploads.add(description.object(), from, record(description.spec(), Map.of()));
    reached(description, RegistrationState.FETCHED);
    return version;
  }
}
