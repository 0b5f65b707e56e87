package dev.tenon.catalog.spec;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Manifests of Substratus, in the spelling of its design texts and in that of its releases. The
 * file is long because what excludes what reads in one place.
 */
final class SubstratusDialect {
  private static final String ALWAYS = "it is required";
  private static final String LEGACY_SERVER = "ModelServer";
  private static final int SERVER_PORT = 8080;
  private static final int MOST = Integer.MAX_VALUE;
  private static final int MOST_GPUS = 4096;
  private static final Pattern SECRET =
      Pattern.compile("\\$\\{\\{\\s*secrets\\.([A-Za-z0-9_.-]+)\\s*}}");
  private static final Pattern MD5 = Pattern.compile("[0-9a-fA-F]{32}");

  private final Fields document;
  private final Naming naming;

  SubstratusDialect(Fields document, Naming naming) {
    this.document = document;
    this.naming = naming;
  }

  ModelSpec read() {
    document.ignore("apiVersion", "status");
    SpecKind kind = kind();
    Fields metadata = document.section("metadata");
    metadata.ignore("labels", "annotations");
    Fields spec = document.requiredSection("spec", ALWAYS);
    Optional<String> destination = reference(spec, "destinationModel");
    ModelSpec.Name name = name(metadata, destination);
    Reader reader = new Reader(kind, name.identifier(), spec, destination);
    return reader.read(name);
  }

  private SpecKind kind() {
    Optional<String> text = document.required("kind", ALWAYS);
    if (text.equals(Optional.of(LEGACY_SERVER))) {
      document.warn(SpecCode.LEGACY_FIELD, "kind", LEGACY_SERVER + " is read as Server");
      return SpecKind.SERVER;
    }
    String[] labels = Stream.of(SpecKind.values()).map(SpecKind::label).toArray(String[]::new);
    Optional<String> known = document.oneOf(text, "kind", labels);
    return Stream.of(SpecKind.values())
        .filter(x -> known.equals(Optional.of(x.label())))
        .findFirst()
        .orElse(SpecKind.MODEL);
  }

  private ModelSpec.Name name(Fields metadata, Optional<String> destination) {
    Optional<String> own =
        metadata.has("name") || (naming.override().isEmpty() && destination.isEmpty())
            ? metadata.identifier(metadata.required("name", ALWAYS), "name")
            : Optional.empty();
    Optional<String> given =
        naming.override().isPresent()
            ? naming.displayed(metadata, "name", ALWAYS)
            : Optional.empty();
    Optional<String> identifier =
        own.or(() -> naming.derived(given, metadata, "name", "metadata.name"))
            .or(() -> destination);
    return new ModelSpec.Name(
        given.or(() -> identifier).orElse(""),
        identifier.orElse(""),
        metadata.identifier(metadata.plainText("namespace"), "namespace"));
  }

  private static Optional<String> reference(Fields fields, String key) {
    return fields.identifier(fields.filled(key, "it names a model or dataset"), key);
  }

  /** What stands under spec. */
  private final class Reader {
    private final SpecKind kind;
    private final String self;
    private final Fields spec;
    private final Optional<String> destination;

    Reader(SpecKind kind, String self, Fields spec, Optional<String> destination) {
      this.kind = kind;
      this.self = self;
      this.spec = spec;
      this.destination = destination;
    }

    ModelSpec read(ModelSpec.Name name) {
      boolean job = kind == SpecKind.MODEL_JOB;
      Optional<Source> designed = source();
      Optional<Source.OtherModel> model =
          model(spec, "model", "modelName", kind == SpecKind.SERVER);
      Optional<String> image = spec.filled("image", "leave it out");
      Optional<Source> built = build();
      if ((job || kind == SpecKind.SERVER)
          && image.isEmpty()
          && !spec.has("image")
          && !spec.has("build")) {
        spec.missing("image", "required for a " + kind.label() + ", unless build is there");
      }
      Optional<ModelSpec.OtherDataset> dataset = dataset(job);
      Optional<String> from = sourceModel(job);
      if (job && destination.isEmpty() && !spec.has("destinationModel")) {
        spec.missing("destinationModel", "required for a ModelJob");
      }
      if (from.isPresent() && from.equals(destination)) {
        spec.error(SpecCode.CONFLICT, "destinationModel", "source and destination are one model");
      }
      ModelSpec.Container container = container();
      Source source = chosen(designed, model, image, built, from);
      Optional<ModelSpec.Training> training =
          training(source, model, dataset, from, image, container);
      spec.ignore("filename", "size");
      boolean notebook = kind == SpecKind.NOTEBOOK;
      boolean suspend = spec.bool("suspend");
      return new ModelSpec(
          Dialect.SUBSTRATUS,
          kind,
          name,
          ModelSpec.About.NOTHING,
          Optional.empty(),
          List.of(),
          training.isPresent(),
          kind == SpecKind.SERVER,
          new ModelSpec.Credentials(false, false, secrets(container.env())),
          source,
          training,
          kind == SpecKind.SERVER
              ? Optional.of(
                  new ModelSpec.Serving(
                      image,
                      Optional.of(SERVER_PORT),
                      List.of(),
                      model.map(Source.OtherModel::name),
                      Optional.empty()))
              : Optional.empty(),
          job || notebook
              ? Optional.of(new ModelSpec.Job(from, destination, suspend, dataset, image))
              : Optional.empty(),
          container,
          List.of(),
          List.of(),
          List.of(),
          Optional.empty(),
          document.unknown(),
          List.of());
    }

    // ---- where files come from

    private Optional<Source> source() {
      if (!spec.has("source")) {
        return Optional.empty();
      }
      Fields source = spec.section("source");
      Optional<Source.OtherModel> model = model(source, "model", "modelName", false);
      Optional<String> image = source.filled("image", "leave it out");
      Optional<Source> git = git(source.section("git"), source.has("git"), image);
      String key = source.has("model") ? "model" : "modelName";
      if (model.isPresent() && (git.isPresent() || image.isPresent())) {
        source.error(SpecCode.CONFLICT, key, "a source is a model, or a repository or image");
      }
      return git.or(() -> image.map(Source.Image::new)).or(() -> model);
    }

    private Optional<Source> git(Fields git, boolean present, Optional<String> image) {
      if (!present) {
        return Optional.empty();
      }
      Optional<String> url = git.https(git.required("url", "required for a repository"), "url");
      Optional<String> branch = gitName(git, "branch");
      Optional<String> tag = gitName(git, "tag");
      if (branch.isPresent() && tag.isPresent()) {
        git.error(SpecCode.CONFLICT, "tag", "a branch is there too; one of them is read");
      }
      Optional<String> relative = git.text("path").map(text -> text.replaceFirst("^/+", ""));
      Optional<String> path = git.inside(relative, "path");
      return Optional.of(new Source.Git(url.orElse(""), path, branch, tag, image));
    }

    private Optional<String> gitName(Fields git, String key) {
      return git.allowed(
          git.filled(key, "leave it out"),
          key,
          SpecCode.VALUE,
          SpecNames::isGitName,
          "is no name of a branch or tag");
    }

    private Optional<Source.OtherModel> model(
        Fields fields, String key, String legacy, boolean required) {
      Optional<Source.OtherModel> model = Optional.empty();
      if (fields.has(key)) {
        Fields section = fields.section(key);
        Optional<String> name =
            section.identifier(section.required("name", "it names the model"), "name");
        model =
            Optional.of(
                new Source.OtherModel(
                    name.orElse(""),
                    section.identifier(section.plainText("namespace"), "namespace"),
                    section.text("cluster")));
      } else if (fields.has(legacy)) {
        fields.warn(SpecCode.LEGACY_FIELD, legacy, "is read as " + key + ".name");
        model =
            reference(fields, legacy)
                .map(x -> new Source.OtherModel(x, Optional.empty(), Optional.empty()));
      } else if (required) {
        fields.missing(key, "a Server serves one");
      }
      if (kind == SpecKind.MODEL && model.filter(x -> x.name().equals(self)).isPresent()) {
        spec.error(
            SpecCode.CYCLE,
            fields == spec ? "model" : "source",
            self + " is its own source: " + self + " -> " + self);
      }
      return model;
    }

    private Optional<Source> build() {
      if (!spec.has("build")) {
        return Optional.empty();
      }
      Fields build = spec.section("build");
      Optional<Source> git = git(build.section("git"), build.has("git"), Optional.empty());
      if (build.has("upload")) {
        Fields upload = build.section("upload");
        upload.ignore("requestID");
        upload
            .filled("md5Checksum", "leave it out")
            .filter(x -> !MD5.matcher(x).matches())
            .ifPresent(
                x -> upload.error(SpecCode.VALUE, "md5Checksum", "no 32 hexadecimal digits"));
        if (git.isPresent()) {
          build.error(SpecCode.CONFLICT, "upload", "git is there too; one of them is read");
        }
        return git.or(() -> Optional.of(new Source.Upload()));
      }
      if (git.isEmpty() && build.isPresent()) {
        spec.error(SpecCode.EMPTY, "build", "neither git nor upload");
      }
      return git;
    }

    private Source chosen(
        Optional<Source> designed,
        Optional<Source.OtherModel> model,
        Optional<String> image,
        Optional<Source> built,
        Optional<String> from) {
      if (from.isPresent()) {
        return new Source.OtherModel(from.get(), Optional.empty(), Optional.empty());
      }
      return designed
          .or(() -> model)
          .or(() -> built)
          .or(() -> image.map(Source.Image::new))
          .orElse(new Source.None());
    }

    // ---- what runs

    private Optional<String> sourceModel(boolean required) {
      if (required && !spec.has("sourceModel")) {
        spec.missing("sourceModel", "required for a ModelJob");
      }
      return reference(spec, "sourceModel");
    }

    private Optional<ModelSpec.OtherDataset> dataset(boolean job) {
      return job ? nearby(spec, "dataset") : named(spec, "dataset");
    }

    private static Optional<ModelSpec.OtherDataset> nearby(Fields fields, String key) {
      return reference(fields, key)
          .map(x -> new ModelSpec.OtherDataset(x, Optional.empty(), Optional.empty()));
    }

    private static Optional<ModelSpec.OtherDataset> named(Fields fields, String key) {
      if (!fields.has(key)) {
        return Optional.empty();
      }
      Fields dataset = fields.section(key);
      Optional<String> namespace = dataset.identifier(dataset.plainText("namespace"), "namespace");
      Optional<String> cluster = dataset.text("cluster");
      return dataset
          .identifier(dataset.required("name", "it names the dataset"), "name")
          .map(x -> new ModelSpec.OtherDataset(x, namespace, cluster));
    }

    private Optional<ModelSpec.Training> training(
        Source source,
        Optional<Source.OtherModel> model,
        Optional<ModelSpec.OtherDataset> dataset,
        Optional<String> from,
        Optional<String> image,
        ModelSpec.Container container) {
      Optional<String> base =
          source instanceof Source.OtherModel other && kind != SpecKind.SERVER
              ? Optional.of(other.name())
              : Optional.empty();
      if (kind == SpecKind.MODEL_JOB) {
        return Optional.of(
            made(
                ModelSpec.TrainingMode.FINETUNE,
                from,
                dataset,
                container.params(),
                container.resources(),
                image));
      }
      if (spec.has("training")) {
        return Optional.of(designed(spec.section("training"), source, base));
      }
      if (kind == SpecKind.MODEL && spec.has("dataset")) {
        return Optional.of(
            made(
                model.isPresent()
                    ? ModelSpec.TrainingMode.FINETUNE
                    : ModelSpec.TrainingMode.SCRATCH,
                base,
                dataset,
                container.params(),
                container.resources(),
                image));
      }
      return Optional.empty();
    }

    private ModelSpec.Training designed(Fields training, Source source, Optional<String> base) {
      Optional<String> stated =
          training.oneOf(
              training.filled("mode", "leave it out"),
              "mode",
              ModelSpec.TrainingMode.FINETUNE.label(),
              ModelSpec.TrainingMode.SCRATCH.label());
      boolean finetune =
          stated
              .map(x -> x.equals(ModelSpec.TrainingMode.FINETUNE.label()))
              .orElse(base.isPresent());
      if (finetune && source instanceof Source.None) {
        spec.warn(SpecCode.INCOMPLETE, "source", "a Finetune needs a source before it can run");
      }
      Optional<ModelSpec.OtherDataset> dataset = named(training, "dataset");
      if (!training.has("dataset") && training.has("datasetName")) {
        training.warn(SpecCode.LEGACY_FIELD, "datasetName", "is read as dataset.name");
        dataset = nearby(training, "datasetName");
      } else if (!training.has("dataset")) {
        training.warn(
            SpecCode.INCOMPLETE, "dataset", "a training needs a dataset before it can run");
      }
      Map<String, @Nullable Object> params = training.values("params");
      return made(
          finetune ? ModelSpec.TrainingMode.FINETUNE : ModelSpec.TrainingMode.SCRATCH,
          base,
          dataset,
          params,
          resources(training),
          Optional.empty());
    }

    private static ModelSpec.Training made(
        ModelSpec.TrainingMode mode,
        Optional<String> base,
        Optional<ModelSpec.OtherDataset> dataset,
        Map<String, @Nullable Object> params,
        Optional<ModelSpec.Resources> resources,
        Optional<String> image) {
      return new ModelSpec.Training(
          Optional.of(mode),
          base,
          dataset,
          Optional.empty(),
          Optional.empty(),
          params,
          resources.orElse(ModelSpec.Resources.UNSAID),
          image,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          List.of());
    }

    private ModelSpec.Container container() {
      return new ModelSpec.Container(
          spec.values("params"), spec.textMap("env"), spec.texts("command"), resources(spec));
    }

    private static Optional<ModelSpec.Resources> resources(Fields fields) {
      if (!fields.has("resources")) {
        return Optional.empty();
      }
      Fields resources = fields.section("resources");
      Fields gpu = resources.section("gpu");
      return Optional.of(
          new ModelSpec.Resources(
              Optional.empty(),
              1,
              resources.whole("cpu", 1, MOST),
              resources.whole("memory", 1, MOST),
              resources.whole("disk", 1, MOST),
              gpu.text("type"),
              gpu.whole("count", 0, MOST_GPUS)));
    }
  }

  private static List<String> secrets(Map<String, String> env) {
    TreeSet<String> names = new TreeSet<>();
    for (String value : env.values()) {
      Matcher matcher = SECRET.matcher(value);
      while (matcher.find()) {
        names.add(matcher.group(1));
      }
    }
    return List.copyOf(names);
  }
}
