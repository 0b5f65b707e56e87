package dev.tenon.cli.conformance;

import java.util.List;
import java.util.Optional;

/** Computes one algorithm of the oracle with an engine's own kernels. */
interface Algorithm {
  /** The oracle's name for it. */
  String name();

  /** Why a case has no code yet, if it has none. */
  default Optional<String> whyNot(AlgorithmCase each) {
    return Optional.empty();
  }

  /** Results that a case has and that are not compared. */
  default List<String> skippedResults() {
    return List.of();
  }

  /** Computes a case and compares every result. */
  List<Finding> run(AlgorithmFile file, AlgorithmCase each);
}
