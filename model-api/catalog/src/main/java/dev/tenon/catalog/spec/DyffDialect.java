package dev.tenon.catalog.spec;

import dev.tenon.catalog.internal.yaml.Node;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Models of dyff, flat or as a resource. */
final class DyffDialect {
  private static final String ALWAYS = "it is required";
  private static final String UPLOAD = "upload";
  private static final String GIT_LFS = "git_lfs";

  private final Fields document;
  private final Naming naming;
  private final Set<String> frameworks;

  DyffDialect(Fields document, Naming naming, Set<String> frameworks) {
    this.document = document;
    this.naming = naming;
    this.frameworks = frameworks;
  }

  ModelSpec read() {
    Fields metadata = document.section("metadata");
    Fields model = document.has("apiVersion") ? resource(metadata) : document;
    Optional<String> framework = framework(model);
    Optional<String> displayed = naming.displayed(model, "name", ALWAYS);
    Optional<String> identifier =
        metadata.has("name")
            ? metadata.identifier(metadata.filled("name", "leave it out to derive it"), "name")
            : naming.derived(displayed, model, "name", "metadata.name");
    Optional<String> namespace = metadata.identifier(metadata.plainText("namespace"), "namespace");
    List<String> tasks = services(model);
    Source source = source(model);
    return new ModelSpec(
        Dialect.DYFF,
        SpecKind.MODEL,
        new ModelSpec.Name(displayed.orElse(""), identifier.orElse(""), namespace),
        ModelSpec.About.NOTHING,
        framework.map(x -> new ModelSpec.FrameworkName(x, Optional.empty(), Optional.empty())),
        tasks,
        false,
        true,
        ModelSpec.Credentials.NONE,
        source,
        Optional.empty(),
        Optional.of(ModelSpec.Serving.UNSAID),
        Optional.empty(),
        ModelSpec.Container.NOTHING,
        List.of(),
        List.of(),
        List.of(),
        Optional.empty(),
        document.unknown(),
        List.of());
  }

  private Fields resource(Fields metadata) {
    document.ignore("apiVersion", "status");
    metadata.ignore("labels", "annotations");
    document.oneOf(document.required("kind", ALWAYS), "kind", SpecKind.MODEL.label());
    return document.requiredSection("spec", ALWAYS);
  }

  private Optional<String> framework(Fields model) {
    Optional<String> framework = model.required("framework", ALWAYS);
    return model.oneOf(framework, "framework", frameworks.toArray(new String[0]));
  }

  private static List<String> services(Fields model) {
    if (!model.has("services")) {
      model.missing("services", "at least one task is required");
      return List.of();
    }
    List<String> tasks = model.texts("services");
    if (model.node("services").orElseThrow() instanceof Node.Sequence sequence) {
      checkTasks(model, sequence.items());
    }
    return tasks;
  }

  private static void checkTasks(Fields model, List<Node> items) {
    if (items.isEmpty()) {
      model.error(SpecCode.EMPTY, "services", "the list is empty; at least one task is required");
    }
    for (int i = 0; i < items.size(); i++) {
      if (items.get(i) instanceof Node.Scalar task && !Tasks.isKnown(task.text())) {
        model.warnItem(
            SpecCode.UNKNOWN_TASK,
            "services",
            i,
            task.text() + " is none of HuggingFace's tasks; it is kept, and cannot be served");
      }
    }
  }

  private static Source source(Fields model) {
    Optional<String> kind =
        model.oneOf(model.required("sourceKind", ALWAYS), "sourceKind", UPLOAD, GIT_LFS);
    if (kind.equals(Optional.of(GIT_LFS))) {
      Optional<String> url =
          model.https(model.required("source", "required for git_lfs"), "source");
      return new Source.GitLfs(url.orElse(""));
    }
    if (kind.isPresent() && model.has("source")) {
      model.error(SpecCode.CONFLICT, "source", "an upload has no source; leave it out");
    } else {
      model.ignore("source");
    }
    return new Source.Upload();
  }
}
