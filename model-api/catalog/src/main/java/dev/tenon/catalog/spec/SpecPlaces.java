package dev.tenon.catalog.spec;

import dev.tenon.catalog.internal.yaml.Node;
import dev.tenon.catalog.internal.yaml.Place;
import dev.tenon.catalog.internal.yaml.YamlReader;
import java.util.List;
import java.util.Optional;

/**
 * Where the fields of a description stand. It is read again when an error needs a place, so that no
 * description carries a table of them about.
 */
final class SpecPlaces {
  private final String file;
  private final Node.Mapping document;

  SpecPlaces(SpecFile file) {
    this.file = file.name();
    this.document = YamlReader.read(file.bytes());
  }

  /** The first path with this text, else the first that is there, else the first. */
  String path(List<String> paths, String text) {
    return paths.stream()
        .filter(x -> find(x).filter(node -> isText(node.value(), text)).isPresent())
        .findFirst()
        .or(() -> paths.stream().filter(x -> find(x).isPresent()).findFirst())
        .orElse(paths.get(0));
  }

  private static boolean isText(Node node, String text) {
    return node instanceof Node.Scalar scalar && scalar.text().equals(text);
  }

  /** An error at a path, or at the nearest key above it that is there. */
  SpecProblem problem(SpecCode code, String path, String sentence) {
    Place place = place(path);
    return new SpecProblem(file, place.line(), place.column(), path, code, sentence);
  }

  private Place place(String path) {
    String at = path;
    while (find(at).isEmpty() && at.contains(".")) {
      at = at.substring(0, at.lastIndexOf('.'));
    }
    return find(at)
        .map(Node.Entry::place)
        .or(() -> document.entries().stream().map(Node.Entry::place).findFirst())
        .orElse(document.place());
  }

  private Optional<Node.Entry> find(String path) {
    Optional<Node.Entry> entry = Optional.empty();
    Optional<Node.Mapping> mapping = Optional.of(document);
    for (String key : path.split("\\.", -1)) {
      entry = mapping.flatMap(x -> x.get(key)).filter(x -> !CoreValues.isNull(x.value()));
      mapping =
          entry
              .map(Node.Entry::value)
              .filter(Node.Mapping.class::isInstance)
              .map(Node.Mapping.class::cast);
    }
    return entry;
  }
}
