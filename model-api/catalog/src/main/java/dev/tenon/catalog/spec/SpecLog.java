package dev.tenon.catalog.spec;

import dev.tenon.catalog.internal.yaml.Place;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What is wrong with one document, in its order. */
final class SpecLog {
  static final Comparator<SpecProblem> ORDER =
      Comparator.comparingInt(SpecProblem::line).thenComparingInt(SpecProblem::column);

  private static final int MOST = 1000;

  private final String file;
  private final boolean strict;
  private final List<SpecProblem> errors = new ArrayList<>();
  private final List<SpecProblem> warnings = new ArrayList<>();

  SpecLog(String file, boolean strict) {
    this.file = file;
    this.strict = strict;
  }

  void error(SpecCode code, String path, Place place, String sentence) {
    errors.add(new SpecProblem(file, place.line(), place.column(), path, code, cut(sentence)));
  }

  void warn(SpecCode code, String path, Place place, String sentence) {
    warnings.add(new SpecProblem(file, place.line(), place.column(), path, code, cut(sentence)));
  }

  /** What a description says is quoted, and may be long. */
  private static String cut(String sentence) {
    return sentence.length() > MOST ? sentence.substring(0, MOST) + "…" : sentence;
  }

  /** A warning, or in strict mode an error. */
  void unknown(String path, Place place, String sentence) {
    if (strict) {
      error(SpecCode.UNKNOWN_FIELD, path, place, sentence);
    } else {
      warn(SpecCode.UNKNOWN_FIELD, path, place, sentence);
    }
  }

  /** Throws if there are errors. */
  void throwIfAny() {
    if (!errors.isEmpty()) {
      throw new InvalidSpecException(errors.stream().sorted(ORDER).toList(), warnings());
    }
  }

  List<SpecProblem> warnings() {
    return warnings.stream().sorted(ORDER).toList();
  }
}
