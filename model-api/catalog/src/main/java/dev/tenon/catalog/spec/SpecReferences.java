package dev.tenon.catalog.spec;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which description names which. Not thread-safe. */
final class SpecReferences {
  private static final List<String> NAMES =
      List.of("metadata.name", "model_identifier", "spec.destinationModel", "spec.name", "name");
  private static final List<String> MODELS =
      List.of(
          "spec.source.model.name",
          "spec.source.modelName",
          "spec.model.name",
          "spec.modelName",
          "spec.sourceModel");

  private final List<SpecFile> files;
  private final SpecLookup held;
  private final Map<SpecKey, SpecFile> own = new HashMap<>();
  private final Set<SpecKey> made = new HashSet<>();

  SpecReferences(List<SpecFile> files, SpecLookup held) {
    this.files = files;
    this.held = held;
    for (SpecFile file : files) {
      ModelSpec spec = file.spec();
      own.putIfAbsent(SpecKey.of(spec), file);
      spec.job()
          .flatMap(ModelSpec.Job::destinationModel)
          .ifPresent(name -> made.add(model(spec.name().namespace(), name)));
    }
  }

  private static SpecKey model(Optional<String> namespace, String name) {
    return new SpecKey(namespace, SpecKind.MODEL, name);
  }

  /** Names that stand twice, at the second. */
  List<SpecProblem> duplicates(boolean replacing) {
    List<SpecProblem> found = new ArrayList<>();
    for (SpecFile file : files) {
      SpecKey key = SpecKey.of(file.spec());
      SpecFile first = own.get(key);
      if (first != null && first != file) {
        found.add(duplicate(file, key + " is in " + first.name() + " too"));
      } else if (!replacing && held.find(key).isPresent()) {
        found.add(duplicate(file, key + " is in the catalogue already"));
      }
    }
    return found;
  }

  private static SpecProblem duplicate(SpecFile file, String sentence) {
    SpecPlaces places = new SpecPlaces(file);
    String path = places.path(NAMES, file.spec().name().identifier());
    return places.problem(SpecCode.DUPLICATE_NAME, path, sentence);
  }

  /** Models that nobody has and nobody makes. */
  List<SpecProblem> unknown() {
    List<SpecProblem> found = new ArrayList<>();
    for (SpecFile file : files) {
      for (SpecKey key : models(file.spec())) {
        if (!own.containsKey(key) && !made.contains(key) && held.find(key).isEmpty()) {
          found.add(at(file, key, SpecCode.REFERENCE, key + " does not exist"));
        }
      }
    }
    return found;
  }

  private static SpecProblem at(SpecFile file, SpecKey key, SpecCode code, String sentence) {
    SpecPlaces places = new SpecPlaces(file);
    return places.problem(code, places.path(MODELS, key.identifier()), sentence);
  }

  /**
   * The models that a description names as a source; those of other clusters are not known here.
   */
  private static Set<SpecKey> models(ModelSpec spec) {
    Set<SpecKey> keys = new LinkedHashSet<>();
    Set<String> elsewhere = new HashSet<>();
    if (spec.source() instanceof Source.OtherModel other) {
      if (other.cluster().filter(x -> !x.isBlank()).isEmpty()) {
        keys.add(model(other.namespace().or(() -> spec.name().namespace()), other.name()));
      }
      elsewhere.add(other.name());
    }
    Stream.of(
            spec.job().flatMap(ModelSpec.Job::sourceModel),
            spec.serving().flatMap(ModelSpec.Serving::model))
        .flatMap(Optional::stream)
        .filter(name -> !elsewhere.contains(name))
        .forEach(name -> keys.add(model(spec.name().namespace(), name)));
    return keys;
  }

  // ---- from model to model

  /** Each ring of models once, at the first that is in the set. */
  List<SpecProblem> cycles() {
    List<SpecProblem> found = new ArrayList<>();
    Set<SpecKey> done = new HashSet<>();
    for (SpecFile file : files) {
      Set<SpecKey> walked = new LinkedHashSet<>();
      Optional<SpecKey> at = Optional.of(SpecKey.of(file.spec()));
      while (at.isPresent() && done.add(at.get())) {
        walked.add(at.get());
        at = source(at.get());
      }
      at.filter(walked::contains).ifPresent(key -> found.add(cycle(walked, key)));
    }
    return found;
  }

  private SpecProblem cycle(Set<SpecKey> walked, SpecKey first) {
    List<SpecKey> all = new ArrayList<>(walked);
    List<SpecKey> ring = all.subList(all.indexOf(first), all.size());
    SpecKey told = ring.stream().filter(own::containsKey).findFirst().orElse(all.get(0));
    int turn = Math.max(0, ring.indexOf(told));
    String names =
        Stream.concat(ring.subList(turn, ring.size()).stream(), ring.subList(0, turn + 1).stream())
            .map(SpecKey::identifier)
            .collect(Collectors.joining(" -> "));
    SpecFile file = own.getOrDefault(told, files.get(0));
    SpecKey next = source(told).orElse(first);
    return at(file, next, SpecCode.CYCLE, told.identifier() + " is its own source: " + names);
  }

  private Optional<SpecKey> source(SpecKey key) {
    if (key.kind() != SpecKind.MODEL) {
      return Optional.empty();
    }
    return Optional.ofNullable(own.get(key))
        .map(SpecFile::spec)
        .or(() -> held.find(key))
        .flatMap(spec -> models(spec).stream().findFirst());
  }

  /** A model stands before all that name it; else the order stays. There must be no cycle. */
  List<SpecFile> sourcesFirst() {
    Set<SpecFile> ordered = new LinkedHashSet<>();
    for (SpecFile file : files) {
      List<SpecFile> chain = new ArrayList<>();
      for (Optional<SpecFile> at = Optional.of(file);
          at.filter(x -> !ordered.contains(x)).isPresent();
          at = at.flatMap(this::needed)) {
        chain.add(0, at.orElseThrow());
      }
      ordered.addAll(chain);
    }
    return List.copyOf(ordered);
  }

  private Optional<SpecFile> needed(SpecFile file) {
    return models(file.spec()).stream().flatMap(x -> Stream.ofNullable(own.get(x))).findFirst();
  }
}
