package dev.tenon.catalog.spec;

import dev.tenon.catalog.internal.yaml.Node;
import dev.tenon.catalog.internal.yaml.YamlFault;
import dev.tenon.catalog.internal.yaml.YamlReader;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads descriptions of models in the dialects of MLX, Substratus and dyff, and tells all that is
 * wrong with one at once. Immutable and safe for threads.
 */
public final class SpecReader {
  /** Of a description; one more is told as an error of it. */
  static final int MOST_BYTES = 1 << 20;

  private static final Set<String> FRAMEWORKS = Set.of("transformers");
  private static final List<String> SUBSTRATUS_KINDS =
      Stream.concat(Stream.of(SpecKind.values()).map(SpecKind::label), Stream.of("ModelServer"))
          .toList();

  private final boolean strict;
  private final Naming naming;
  private final Set<String> frameworks;

  private SpecReader(boolean strict, Naming naming, Set<String> frameworks) {
    this.strict = strict;
    this.naming = naming;
    this.frameworks = Set.copyOf(frameworks);
  }

  /** Fields that nobody reads are warnings. */
  public static SpecReader lenient() {
    return new SpecReader(false, new Naming(Optional.empty()), FRAMEWORKS);
  }

  /** Fields that nobody reads are errors. */
  public static SpecReader strict() {
    return new SpecReader(true, new Naming(Optional.empty()), FRAMEWORKS);
  }

  /** Reads names as if the description had this one; an empty one changes nothing. */
  public SpecReader named(String name) {
    return new SpecReader(strict, new Naming(Optional.of(name)), frameworks);
  }

  /**
   * Knows these frameworks, of which a description of dyff names one; else {@code transformers}.
   */
  public SpecReader frameworks(Set<String> known) {
    return new SpecReader(strict, naming, known);
  }

  /**
   * Reads a file.
   *
   * @throws InvalidSpecException with all errors
   * @throws InvalidInputException if the file cannot be read
   */
  public ModelSpec read(Path file) {
    try {
      return read(file.toString(), start(file));
    } catch (IOException e) {
      throw new InvalidInputException(Problems.problem("description", file, "a readable file"), e);
    }
  }

  /** Enough of a file to tell that it is too large. */
  static byte[] start(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(MOST_BYTES + 1);
    }
  }

  /**
   * Reads the bytes of a file.
   *
   * @param file its name, for messages
   * @throws InvalidSpecException with all errors
   */
  public ModelSpec read(String file, byte[] bytes) {
    SpecLog log = new SpecLog(file, strict);
    try {
      ModelSpec spec = spec(Fields.of(YamlReader.read(bytes), log), log);
      log.throwIfAny();
      return spec.withWarnings(log.warnings());
    } catch (YamlFault fault) {
      SpecCode code = SpecCode.valueOf(fault.rule().name());
      log.error(code, fault.path(), fault.place(), String.valueOf(fault.getMessage()));
      log.throwIfAny();
      throw fault;
    }
  }

  private ModelSpec spec(Fields document, SpecLog log) {
    Optional<Dialect> dialect = dialect(document);
    if (dialect.isEmpty()) {
      String decided =
          document.has("apiVersion") ? "apiVersion" : document.has("kind") ? "kind" : "";
      log.error(
          SpecCode.UNKNOWN_DIALECT,
          decided,
          document.place(decided),
          "neither MLX nor Substratus nor dyff; top-level keys: "
              + String.join(", ", document.keys()));
      log.throwIfAny();
    }
    return switch (dialect.orElseThrow()) {
      case MLX -> new MlxDialect(document, naming).read();
      case SUBSTRATUS -> new SubstratusDialect(document, naming).read();
      case DYFF -> new DyffDialect(document, naming, frameworks).read();
    };
  }

  private static Optional<Dialect> dialect(Fields document) {
    if (document.has("apiVersion")) {
      String version = text(document, "apiVersion");
      if (version.startsWith("substratus.ai/")) {
        return Optional.of(Dialect.SUBSTRATUS);
      }
      return version.startsWith("dyff.io/") ? Optional.of(Dialect.DYFF) : Optional.empty();
    }
    if (document.has("kind")) {
      return SUBSTRATUS_KINDS.contains(text(document, "kind"))
          ? Optional.of(Dialect.SUBSTRATUS)
          : Optional.empty();
    }
    List<String> keys = document.keys();
    if (keys.contains("sourceKind") || keys.contains("services")) {
      return Optional.of(Dialect.DYFF);
    }
    if (keys.contains("train") || keys.contains("serve") || keys.contains("model_identifier")) {
      return Optional.of(Dialect.MLX);
    }
    return document
        .node("framework")
        .map(x -> x instanceof Node.Mapping ? Dialect.MLX : Dialect.DYFF);
  }

  private static String text(Fields document, String key) {
    return document
        .node(key)
        .filter(Node.Scalar.class::isInstance)
        .map(x -> ((Node.Scalar) x).text())
        .orElse("");
  }
}
