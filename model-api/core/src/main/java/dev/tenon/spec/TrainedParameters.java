package dev.tenon.spec;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/**
 * Which parameters a run changes. A pattern is a regular expression, searched for in the
 * HuggingFace name. A parameter trains if a pattern of {@code only} is found in its name, or there
 * are none, and none of {@code frozen} is.
 *
 * @param only the ones that train; empty: all that the network lets train
 * @param frozen those of them that do not
 */
public record TrainedParameters(List<String> only, List<String> frozen) {
  private static final TrainedParameters ALL = new TrainedParameters(List.of(), List.of());

  /** Copies, and checks the expressions. */
  public TrainedParameters {
    only = List.copyOf(only);
    frozen = List.copyOf(frozen);
    Problems problems = new Problems();
    Stream.concat(only.stream(), frozen.stream()).forEach(x -> check(problems, x));
    problems.throwIfAny(InvalidInputException::new);
  }

  private static void check(Problems problems, String pattern) {
    try {
      Pattern.compile(pattern);
    } catch (PatternSyntaxException e) {
      problems.add("parameter pattern", pattern, "a regular expression: " + e.getDescription());
    }
  }

  /** All parameters. */
  public static TrainedParameters all() {
    return ALL;
  }

  /** The parameters whose names one of the patterns is found in: {@code only("score")}. */
  public static TrainedParameters only(String... patterns) {
    return new TrainedParameters(List.of(patterns), List.of());
  }

  /** All parameters but those: {@code allBut("embed_tokens", "layers\\.[0-5]\\.")}. */
  public static TrainedParameters allBut(String... patterns) {
    return new TrainedParameters(List.of(), List.of(patterns));
  }

  /**
   * The names that train.
   *
   * @param names those that the network lets train
   * @return some of them, in their order
   * @throws InvalidInputException naming every pattern that is found in no name; if nothing trains
   */
  public Set<String> of(Collection<String> names) {
    List<Predicate<String>> included = predicates(only);
    List<Predicate<String>> excluded = predicates(frozen);
    Problems problems = new Problems();
    checkUsed(problems, only, included, names);
    checkUsed(problems, frozen, excluded, names);
    problems.throwIfAny(InvalidInputException::new);
    Set<String> chosen = new LinkedHashSet<>();
    for (String name : names) {
      boolean in = included.isEmpty() || included.stream().anyMatch(x -> x.test(name));
      if (in && excluded.stream().noneMatch(x -> x.test(name))) {
        chosen.add(name);
      }
    }
    problems.check(!chosen.isEmpty(), "parameters that train", "none", "one at least; " + this);
    problems.throwIfAny(InvalidInputException::new);
    return Collections.unmodifiableSet(chosen);
  }

  private static List<Predicate<String>> predicates(List<String> patterns) {
    return patterns.stream().map(x -> Pattern.compile(x).asPredicate()).toList();
  }

  /** A pattern that is found nowhere is a slip of the pen. */
  private static void checkUsed(
      Problems problems,
      List<String> patterns,
      List<Predicate<String>> predicates,
      Collection<String> names) {
    List<String> unused = new ArrayList<>();
    for (int i = 0; i < patterns.size(); i++) {
      if (names.stream().noneMatch(predicates.get(i))) {
        unused.add(patterns.get(i));
      }
    }
    problems.check(
        unused.isEmpty(),
        "parameter patterns",
        unused,
        "each found in the name of a parameter that may train, such as "
            + names.stream().findFirst().orElse("none"));
  }
}
