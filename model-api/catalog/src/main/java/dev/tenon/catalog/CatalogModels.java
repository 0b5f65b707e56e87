package dev.tenon.catalog;

import dev.tenon.catalog.source.FetchListener;
import dev.tenon.catalog.spec.SpecKind;
import dev.tenon.catalog.store.ObjectKind;
import dev.tenon.catalog.store.ObjectName;
import dev.tenon.catalog.store.StoredVersion;
import dev.tenon.catalog.store.VersionRef;
import dev.tenon.error.UnknownNameException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Model;
import dev.tenon.model.ModelFactory;
import dev.tenon.model.ModelRegistry;
import dev.tenon.spec.ArgumentSchema;
import dev.tenon.spec.ModelConfig;
import dev.tenon.tensor.Device;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Creates the models of a catalog. Safe for threads. */
record CatalogModels(Catalog catalog, Map<String, Framework> frameworks) {
  private static final String TYPE = "catalog";
  private static final Pattern TYPE_NAME = Pattern.compile("[a-z][a-z0-9_-]{0,63}");

  void addTo(ModelRegistry registry) {
    registry.register(
        ModelFactory.of(
            TYPE,
            ArgumentSchema.none().required("model", String.class, "name", "path"),
            (name, device, arguments) ->
                create(registry, arguments.get("model", String.class), name, device)));
    for (Description each : catalog.descriptions()) {
      String type = each.name();
      if (each.spec().kind() == SpecKind.MODEL
          && TYPE_NAME.matcher(type).matches()
          && !registry.types().contains(type)) {
        registry.register(byName(registry, type));
      }
    }
  }

  private ModelFactory byName(ModelRegistry registry, String type) {
    return ModelFactory.of(
        type,
        ArgumentSchema.none().optional("version", String.class),
        (name, device, arguments) -> {
          String version = arguments.find("version", String.class).map(x -> ":" + x).orElse("");
          return create(registry, type + version, name, device);
        });
  }

  private Model create(ModelRegistry registry, String text, String name, Device device) {
    return registry.create(prepare(version(text)), name, device);
  }

  private StoredVersion version(String text) {
    VersionRef ref = VersionRef.parse(ObjectKind.MODEL, text);
    ObjectName object = ref.object();
    boolean known = !catalog.store().versions(object).isEmpty();
    boolean described = catalog.findDescription(SpecKind.MODEL, object.text()).isPresent();
    return !known && described && ref.version().equals(VersionRef.LATEST)
        ? catalog.fetch(object.text(), FetchListener.NONE)
        : catalog.store().resolve(ref);
  }

  /** Descriptions name what they like; files of a HuggingFace directory speak for themselves. */
  ModelConfig prepare(StoredVersion version) {
    BuildContext.model(version);
    Optional<String> name = version.record().framework();
    Optional<Framework> framework = name.map(frameworks::get);
    if (framework.isEmpty() && !Files.exists(version.directory().resolve("config.json"))) {
      throw new UnknownNameException(
          Problems.problem(
              "framework of " + version.ref().text(),
              name.orElse("none"),
              "one of " + new TreeSet<>(frameworks.keySet()) + ", or a HuggingFace directory"));
    }
    return framework.orElse(Framework.TRANSFORMERS).loader().prepare(version.directory());
  }
}
