package dev.tenon.catalog;

import dev.tenon.catalog.source.FetchListener;
import dev.tenon.catalog.spec.SpecKind;
import dev.tenon.catalog.store.ModelStore;
import dev.tenon.catalog.store.ObjectKind;
import dev.tenon.catalog.store.ObjectName;
import dev.tenon.catalog.store.StoreQuery;
import dev.tenon.catalog.store.StoredVersion;
import dev.tenon.catalog.store.VersionRef;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnknownNameException;
import dev.tenon.internal.Problems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Finds data by name, or keeps files that somebody names. Safe for threads. */
record Datasets(ModelStore store, Descriptions descriptions, Fetching fetching, Uploads uploads) {
  /**
   * The version of a dataset.
   *
   * @param text a stored dataset, {@code recipes} or {@code shared/recipes:2}, one that is
   *     described, or a file or directory, which is copied into the store under its own name
   * @param namespace of names without one
   */
  StoredVersion get(String text, String namespace, FetchListener listener) {
    Optional<VersionRef> ref = ref(text, namespace);
    return ref.flatMap(x -> stored(x, listener))
        .or(() -> path(text).map(x -> keep(x, namespace)))
        .orElseThrow(() -> unknown(text));
  }

  /**
   * The newest version of a dataset, stored or described.
   *
   * @throws UnknownNameException if there is none of this name; no file is looked for
   */
  StoredVersion named(ObjectName object, FetchListener listener) {
    return stored(VersionRef.latest(object), listener).orElseThrow(() -> unknown(object.text()));
  }

  private Optional<StoredVersion> stored(VersionRef ref, FetchListener listener) {
    return store
        .find(ref)
        .or(
            () ->
                descriptions
                    .find(SpecKind.DATASET, ref.object().text())
                    .map(x -> fetching.fetch(x, listener)));
  }

  private static Optional<VersionRef> ref(String text, String namespace) {
    try {
      VersionRef ref = VersionRef.parse(ObjectKind.DATASET, text);
      boolean named = text.contains("/");
      return Optional.of(
          named ? ref : new VersionRef(ref.object().withNamespace(namespace), ref.version()));
    } catch (InvalidInputException e) {
      // Then it is a path.
      return Optional.empty();
    }
  }

  private static Optional<Path> path(String text) {
    try {
      return Optional.of(Path.of(text)).filter(Files::exists);
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  private StoredVersion keep(Path path, String namespace) {
    String file = String.valueOf(path.toAbsolutePath().normalize().getFileName());
    int dot = file.lastIndexOf('.');
    String stem = dot > 0 && Files.isRegularFile(path) ? file.substring(0, dot) : file;
    String name =
        stem.toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9._]+", "-")
            .replaceAll("^[-._]+|[-._]+$", "");
    ObjectName object =
        new ObjectName(ObjectKind.DATASET, namespace, name.isEmpty() ? "data" : name);
    return uploads.addOnce(object, path);
  }

  private UnknownNameException unknown(String text) {
    List<String> known =
        store.list(StoreQuery.ALL.withKind(ObjectKind.DATASET).withNewestOnly()).stream()
            .map(x -> x.object().text())
            .toList();
    return new UnknownNameException(
        Problems.problem("dataset", text, "one of " + known + ", or a file or directory"));
  }
}
