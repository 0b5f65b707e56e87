package dev.tenon.catalog.spec;

import dev.tenon.catalog.internal.yaml.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Metadata of the Machine Learning eXchange: which fields are required depends on what it can do.
 *
 * <p>The file is long because the dialect has that many fields.
 */
final class MlxDialect {
  private static final String ALWAYS = "it is required";
  private static final String TRAINABLE = "required for a trainable model";
  private static final String SERVABLE = "required for a servable model";
  private static final int DEFAULT_PORT = 5000;
  private static final int MOST_PORT = 65535;
  private static final int MOST_NODES = 10_000;

  private final Fields document;
  private final Naming naming;
  private final List<ModelSpec.Store> stores = new ArrayList<>();

  MlxDialect(Fields document, Naming naming) {
    this.document = document;
    this.naming = naming;
  }

  ModelSpec read() {
    Fields train = document.section("train");
    Fields serve = document.section("serve");
    boolean trainable = train.bool("trainable");
    boolean servable = serve.bool("servable");
    if (!trainable && !servable && !train.isWrong("trainable") && !serve.isWrong("servable")) {
      document.error(
          SpecCode.NO_FUNCTION, "", "neither train.trainable nor serve.servable is true");
    }
    ModelSpec.Name name = name();
    ModelSpec.About about = about(trainable);
    Optional<ModelSpec.FrameworkName> framework = framework(trainable);
    dataStores(trainable);
    Optional<Trained> trained =
        train.isPresent() ? Optional.of(train(train, trainable)) : Optional.empty();
    Optional<ModelSpec.Serving> served =
        serve.isPresent() ? Optional.of(serve(serve, servable)) : Optional.empty();
    ModelSpec.Credentials credentials =
        new ModelSpec.Credentials(
            train.bool("credentials_required"), serve.bool("credentials_required"), List.of());
    return new ModelSpec(
        Dialect.MLX,
        SpecKind.MODEL,
        name,
        about,
        framework,
        List.of(),
        trainable,
        servable,
        credentials,
        source(trainable, trained, served),
        trained.filter(x -> trainable).map(Trained::training),
        served.filter(x -> servable),
        Optional.empty(),
        ModelSpec.Container.NOTHING,
        List.copyOf(stores),
        containerStores(),
        processes(),
        data(),
        document.unknown(),
        List.of());
  }

  private static Source source(
      boolean trainable, Optional<Trained> trained, Optional<ModelSpec.Serving> served) {
    if (trainable) {
      return trained.flatMap(Trained::initial).orElse(new Source.None());
    }
    Optional<Source> servable = served.flatMap(ModelSpec.Serving::source);
    return servable
        .or(() -> served.flatMap(ModelSpec.Serving::image).map(Source.Image::new))
        .orElse(new Source.None());
  }

  private ModelSpec.Name name() {
    Optional<String> displayed = naming.displayed(document, "name", ALWAYS);
    Optional<String> identifier =
        document.has("model_identifier")
            ? document.identifier(
                document.filled("model_identifier", "leave it out to derive it"),
                "model_identifier")
            : naming.derived(displayed, document, "name", "model_identifier");
    return new ModelSpec.Name(displayed.orElse(""), identifier.orElse(""), Optional.empty());
  }

  private ModelSpec.About about(boolean trainable) {
    Fields author = document.section("author");
    Optional<ModelSpec.Author> who = Optional.empty();
    if (author.isPresent() || trainable) {
      who =
          Optional.of(
              new ModelSpec.Author(
                  needed(author, "name", trainable, TRAINABLE),
                  needed(author, "email", trainable, TRAINABLE)));
    }
    return new ModelSpec.About(
        document.text("description"),
        document.text("website"),
        document.text("readme_url"),
        document.text("domain"),
        document.text("license"),
        who,
        labels(),
        categories());
  }

  private static Optional<String> needed(Fields fields, String key, boolean required, String why) {
    return required ? fields.required(key, why) : fields.text(key);
  }

  private Map<String, @Nullable Object> labels() {
    Map<String, @Nullable Object> labels = new LinkedHashMap<>();
    for (Node.Entry entry : oneMap(document, "labels")) {
      labels.put(entry.key(), CoreValues.value(entry.value()));
    }
    return labels;
  }

  /** A mapping, or a list of mappings that are read as one. */
  private static List<Node.Entry> oneMap(Fields fields, String key) {
    Optional<Node> node = fields.node(key);
    if (node.isEmpty() || node.get() instanceof Node.Mapping) {
      return fields.freeEntries(key);
    }
    List<Node.Entry> entries = new ArrayList<>();
    List<Node> items = fields.items(key);
    for (int i = 0; i < items.size(); i++) {
      if (items.get(i) instanceof Node.Mapping mapping) {
        entries.addAll(mapping.entries());
      } else {
        fields.errorItem(SpecCode.TYPE, key, i, "this is no mapping");
      }
    }
    return entries;
  }

  private Map<String, List<String>> categories() {
    Fields section = document.section("filter_categories");
    Map<String, List<String>> categories = new LinkedHashMap<>();
    section.keys().forEach(key -> categories.put(key, section.textOrTexts(key)));
    return categories;
  }

  private Optional<ModelSpec.FrameworkName> framework(boolean trainable) {
    Fields framework = document.requiredSection("framework", ALWAYS);
    Fields runtimes = framework.section("runtimes");
    Optional<String> name = framework.required("name", ALWAYS);
    Optional<String> version = framework.text("version");
    Optional<ModelSpec.FrameworkRuntime> runtime = Optional.empty();
    if (runtimes.isPresent() || trainable) {
      runtime =
          Optional.of(
              new ModelSpec.FrameworkRuntime(
                  needed(runtimes, "name", trainable, TRAINABLE),
                  needed(runtimes, "version", trainable, TRAINABLE)));
    }
    return Optional.of(new ModelSpec.FrameworkName(name.orElse(""), version, runtime));
  }

  // ---- stores

  private void dataStores(boolean trainable) {
    if (trainable && !document.has("data_stores")) {
      document.missing("data_stores", TRAINABLE);
    }
    for (Fields store : document.entries("data_stores")) {
      Fields connection = store.requiredSection("connection", ALWAYS);
      boolean secret = false;
      for (String key : List.of("access_key_id", "secret_access_key")) {
        if (connection.has(key)) {
          connection.warn(
              SpecCode.INLINE_SECRET, key, "a secret stands in the text; it is not kept");
          secret = true;
        }
      }
      stores.add(
          new ModelSpec.Store(
              store.identifier(store.required("name", ALWAYS), "name").orElse(""),
              store.text("type").orElse("s3"),
              connection.https(connection.required("endpoint", ALWAYS), "endpoint"),
              secret));
    }
  }

  private List<ModelSpec.Store> containerStores() {
    List<ModelSpec.Store> all = new ArrayList<>();
    for (Fields store : document.entries("container_stores")) {
      Fields connection = store.requiredSection("connection", ALWAYS);
      boolean secret = connection.has("container_registry_token");
      if (secret) {
        connection.warn(
            SpecCode.INLINE_SECRET,
            "container_registry_token",
            "a secret stands in the text; it is not kept");
      }
      connection.ignoreRest();
      all.add(
          new ModelSpec.Store(
              store.identifier(store.required("name", ALWAYS), "name").orElse(""),
              store.text("type").orElse(""),
              connection.plainText("container_registry"),
              secret));
    }
    return all;
  }

  /** Objects in a store that the document lists. */
  private Optional<Source> stored(Fields place, boolean required, String why) {
    boolean any = place.has("data_store") || place.has("bucket");
    if (!required && !any) {
      return Optional.empty();
    }
    Optional<String> store = place.required("data_store", why);
    Optional<String> bucket = place.required("bucket", why);
    store
        .filter(name -> stores.stream().noneMatch(x -> x.name().equals(name)))
        .ifPresent(
            name ->
                place.error(SpecCode.REFERENCE, "data_store", name + " is none of data_stores"));
    return Optional.of(
        new Source.InStore(
            store.orElse(""), bucket.orElse(""), place.inside(place.text("path"), "path")));
  }

  // ---- train

  private record Trained(ModelSpec.Training training, Optional<Source> initial) {}

  private Trained train(Fields train, boolean required) {
    Fields initial = train.section("model_source").section("initial_model");
    Fields results = train.section("model_training_results").section("trained_model");
    Fields data = train.section("data_source").section("training_data");
    train.section("model_source").section("initial_model_local").text("path");
    train.section("model_training_results").section("trained_model_local").text("path");
    train.section("data_source").section("training_data_local").text("path");
    Fields execution = train.section("execution");
    Fields image = train.section("training_container_image");
    image.text("container_store");
    train.items("input_params");
    Optional<Source> from = place(initial, required, "url");
    Optional<Source> to = place(results, required, "url");
    Optional<Source> with = place(data, required, "training_data_url");
    Map<String, @Nullable Object> params = new LinkedHashMap<>();
    oneMap(train, "training_params").forEach(x -> params.put(x.key(), CoreValues.value(x.value())));
    ModelSpec.Training training =
        new ModelSpec.Training(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            with,
            to,
            params,
            resources(execution),
            image.text("container_image_url"),
            needed(execution, "command", required, TRAINABLE),
            needed(train, "mount_type", required, TRAINABLE),
            metrics(train),
            train.texts("tested_platforms"));
    return new Trained(training, from);
  }

  /** A URL, where it is one, is where the files are; a store is asked for all the same. */
  private Optional<Source> place(Fields place, boolean required, String urlKey) {
    Optional<Source> stored = stored(place, required, TRAINABLE);
    Optional<String> url = place.https(place.text(urlKey).filter(x -> !x.isBlank()), urlKey);
    return url.map(x -> at(x, stored)).or(() -> stored);
  }

  private static Source at(String url, Optional<Source> stored) {
    return new Source.Url(
        url, stored.filter(Source.InStore.class::isInstance).map(Source.InStore.class::cast));
  }

  private static ModelSpec.Resources resources(Fields execution) {
    Fields configuration = execution.section("compute_configuration");
    if (!configuration.isPresent()) {
      return ModelSpec.Resources.UNSAID;
    }
    return new ModelSpec.Resources(
        configuration.required("name", "required in a compute configuration"),
        configuration.whole("nodes", 1, MOST_NODES).orElse(1),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static Optional<ModelSpec.Metrics> metrics(Fields train) {
    Fields metrics = train.section("evaluation_metrics");
    return metrics.isPresent()
        ? Optional.of(
            new ModelSpec.Metrics(
                metrics.required("type", "required for metrics"),
                metrics.required("in", "required for metrics")))
        : Optional.empty();
  }

  // ---- serve

  private ModelSpec.Serving serve(Fields serve, boolean required) {
    Fields model = serve.section("model_source").section("servable_model");
    Fields container = serve.section("serving_container_image");
    Optional<String> url = model.https(model.text("url").filter(x -> !x.isBlank()), "url");
    boolean stored = model.has("data_store") || model.has("bucket") || model.has("path");
    Optional<Source> inStore = Optional.empty();
    if (stored) {
      inStore = stored(model, true, "required for a model in a store");
      if (required && !model.has("path")) {
        model.missing("path", "required for a model in a store");
      }
    }
    Optional<Source> kept = inStore;
    Optional<Source> source = url.map(x -> at(x, kept)).or(() -> kept);
    boolean linked = model.plainText("url").filter(x -> !x.isBlank()).isPresent();
    boolean located = stored || linked;
    if (required && !container.isPresent() && !located) {
      serve.missing("serving_container_image", SERVABLE);
    }
    Optional<String> image =
        required && container.isPresent()
            ? container.required("container_image_url", "required for a serving image")
            : container.text("container_image_url");
    Optional<Integer> port = container.quotedWhole("container_port", 1, MOST_PORT);
    container.text("container_store");
    return new ModelSpec.Serving(
        image,
        container.isPresent() ? Optional.of(port.orElse(DEFAULT_PORT)) : Optional.empty(),
        serve.texts("tested_platforms"),
        Optional.empty(),
        source);
  }

  // ---- how it was made

  private List<ModelSpec.ProcessStep> processes() {
    List<ModelSpec.ProcessStep> steps = new ArrayList<>();
    for (Fields step : document.entries("process")) {
      steps.add(
          new ModelSpec.ProcessStep(
              step.required("name", "required for a step").orElse(""), step.values("params")));
    }
    return steps;
  }

  private Optional<ModelSpec.DataOrigin> data() {
    Fields data = document.section("data");
    return data.isPresent()
        ? Optional.of(
            new ModelSpec.DataOrigin(
                data.text("source_id"),
                data.text("domain"),
                data.text("website"),
                data.text("license")))
        : Optional.empty();
  }
}
