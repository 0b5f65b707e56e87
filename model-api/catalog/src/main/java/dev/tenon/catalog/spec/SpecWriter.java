package dev.tenon.catalog.spec;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tenon.catalog.internal.yaml.YamlWriter;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes a description in its own dialect, older spellings in the present one. Stateless; equal
 * descriptions give equal texts.
 */
public final class SpecWriter {
  private SpecWriter() {}

  /**
   * The text of a description. Reading it gives an equal {@link ModelSpec}, but for its warnings,
   * for secrets, which are not kept and so not written, and for a name that was given by hand to a
   * description of Substratus, which has no field for it. The text is read again to be sure of it.
   *
   * @throws InvalidInputException if the dialect cannot say it: a spec that was not read, or has
   *     unread fields in a section that the spec itself does not keep
   */
  public static String write(ModelSpec spec) {
    return spellings(spec)
        .map(x -> YamlWriter.write(x.fields()))
        .filter(text -> isRead(text, spec))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    Problems.problem(
                        "description",
                        spec.name().identifier(),
                        "one that " + spec.dialect() + " can say")));
  }

  private static Stream<SpecTree> spellings(ModelSpec spec) {
    return switch (spec.dialect()) {
      case MLX -> Stream.of(MlxTree.of(spec));
      case DYFF -> Stream.of(true, false).map(x -> DyffTree.of(spec, x));
      case SUBSTRATUS -> Stream.of(true, false).map(x -> SubstratusTree.of(spec, x));
    };
  }

  private static boolean isRead(String text, ModelSpec spec) {
    try {
      ModelSpec again = SpecReader.lenient().read("", text.getBytes(UTF_8));
      return kept(again).equals(kept(spec));
    } catch (InvalidSpecException e) {
      return false;
    }
  }

  /** What a text keeps. */
  private static Map<String, @Nullable Object> kept(ModelSpec spec) {
    Map<String, @Nullable Object> kept = spec.toMap();
    kept.remove("warnings");
    kept.put("stores", secretless(spec.stores()));
    kept.put("containerStores", secretless(spec.containerStores()));
    if (spec.dialect() == Dialect.SUBSTRATUS) {
      kept.remove("name");
    }
    return kept;
  }

  private static List<ModelSpec.Store> secretless(List<ModelSpec.Store> stores) {
    return stores.stream()
        .map(x -> new ModelSpec.Store(x.name(), x.type(), x.endpoint(), false))
        .toList();
  }
}
