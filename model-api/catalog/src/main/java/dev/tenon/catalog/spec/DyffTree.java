package dev.tenon.catalog.spec;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What a description of dyff is written as. */
final class DyffTree {
  private static final Set<String> SECTIONS = Set.of("metadata", "spec");
  private static final Set<String> FIELDS =
      Set.of("framework", "name", "services", "sourceKind", "source");

  private DyffTree() {}

  /**
   * The tree.
   *
   * @param fitting in the form that the unread fields and the names fit in, or else in the other
   */
  static SpecTree of(ModelSpec spec, boolean fitting) {
    SpecTree tree = new SpecTree();
    SpecTree model = tree;
    if (isResource(spec) == fitting) {
      tree.put("apiVersion", "dyff.io/v1alpha1").put("kind", spec.kind().label());
    }
    if (isResource(spec) == fitting || !isDerived(spec)) {
      tree.section("metadata")
          .put("name", spec.name().identifier())
          .put("namespace", spec.name().namespace());
    }
    if (isResource(spec) == fitting) {
      model = tree.section("spec");
    }
    model.put("name", spec.name().displayed());
    model.put("framework", spec.framework().map(ModelSpec.FrameworkName::name));
    model.put("services", List.copyOf(spec.tasks()));
    model.put("sourceKind", spec.source() instanceof Source.GitLfs ? "git_lfs" : "upload");
    if (spec.source() instanceof Source.GitLfs lfs) {
      model.put("source", lfs.url());
    }
    tree.putUnread(spec.extra(), SECTIONS);
    return tree;
  }

  private static boolean isResource(ModelSpec spec) {
    Stream<String> unread = spec.extra().keySet().stream();
    return spec.name().namespace().isPresent()
        || !isDerived(spec)
        || unread.anyMatch(x -> x.startsWith("spec.") || FIELDS.contains(x));
  }

  private static boolean isDerived(ModelSpec spec) {
    return spec.name().namespace().isEmpty()
        && SpecNames.identifier(spec.name().displayed()).equals(spec.name().identifier());
  }
}
