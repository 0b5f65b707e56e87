package dev.tenon.cli.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.opentest4j.TestAbortedException;

/**
 * Algorithms against numbers that other programs computed in f64. {@code -Doracle.dir=DIR} names
 * another directory of the same form; what has no code yet is skipped by name.
 */
class AlgorithmOracleTest {
  private static final Map<String, Algorithm> ALGORITHMS = new TreeMap<>();

  static {
    List.of(
            new SftLossAlgorithm(),
            new TokenLogprobsAlgorithm(),
            new OptimizersAlgorithm(),
            new LrSchedulesAlgorithm(),
            new DynamicLossScalerAlgorithm(),
            new SamplingFiltersAlgorithm(),
            new RepetitionPenaltyAlgorithm(),
            new CrossEntropyAlgorithm())
        .forEach(x -> ALGORITHMS.put(x.name(), x));
    EmbeddingAlgorithm.all().forEach(x -> ALGORITHMS.put(x.name(), x));
  }

  @TestFactory
  Stream<DynamicNode> everyAlgorithmGivesTheOraclesNumbers() {
    return AlgorithmFile.all(directory()).stream().map(AlgorithmOracleTest::node);
  }

  @Test
  void everyComparisonFailsForAnotherNumber() {
    List<String> compared = new ArrayList<>();
    for (AlgorithmFile file : AlgorithmFile.all(directory())) {
      Optional.ofNullable(ALGORITHMS.get(file.name()))
          .ifPresent(
              algorithm ->
                  file.cases().stream()
                      .filter(x -> algorithm.whyNot(x).isEmpty())
                      .filter(x -> !compared.containsAll(x.expected().values().keySet()))
                      .forEach(x -> compared.addAll(planted(algorithm, file, x))));
    }

    assertThat(compared)
        .contains(
            "loss",
            "ppl",
            "valid_labels",
            "grad.logits",
            "grad.u",
            "grad.v",
            "grad.anchor",
            "grad.positive",
            "grad.negative",
            "cosine",
            "logprobs",
            "entropy",
            "params",
            "norms",
            "lr",
            "probs",
            "kept",
            "logits",
            "scale_used",
            "final",
            "steps_skipped");
  }

  private static DynamicNode node(AlgorithmFile file) {
    Optional<Algorithm> algorithm = Optional.ofNullable(ALGORITHMS.get(file.name()));
    List<DynamicTest> tests = new ArrayList<>();
    if (algorithm.isEmpty()) {
      tests.add(skipped(file.name(), file.cases().size() + " cases: no code yet"));
    } else {
      file.cases().forEach(x -> tests.add(test(algorithm.get(), file, x)));
      algorithm
          .get()
          .skippedResults()
          .forEach(x -> tests.add(skipped(file.name() + "." + x, "no code yet")));
    }
    return dynamicContainer(file.name(), tests);
  }

  private static DynamicTest test(Algorithm algorithm, AlgorithmFile file, AlgorithmCase each) {
    Optional<String> reason = algorithm.whyNot(each);
    if (reason.isPresent()) {
      return skipped(each.name(), reason.get());
    }
    return dynamicTest(
        each.name() + " " + each.params().values(),
        () -> {
          List<Finding> findings = algorithm.run(file, each);
          findings.forEach(System.out::println);
          assertThat(findings).isNotEmpty().allMatch(Finding::passed);
        });
  }

  private static DynamicTest skipped(String name, String reason) {
    return dynamicTest(
        name,
        () -> {
          System.out.println(name + " skipped: " + reason);
          throw new TestAbortedException(name + ": " + reason);
        });
  }

  /**
   * Moves each expected result out of reach, one at a time, and returns those whose comparison then
   * failed.
   */
  private static List<String> planted(Algorithm algorithm, AlgorithmFile file, AlgorithmCase each) {
    List<String> failed = new ArrayList<>();
    for (Object key : each.expected().values().keySet()) {
      List<Finding> findings = algorithm.run(file, each.moved(key.toString()));
      if (findings.stream().anyMatch(x -> x.quantity().endsWith("." + key) && !x.passed())) {
        failed.add(key.toString());
      }
    }
    return failed;
  }

  private static Path directory() {
    return Resources.directory("oracle.dir", "algo");
  }
}
