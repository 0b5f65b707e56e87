package dev.tenon.cli.conformance;

/** Compares one kind of quantity. Implementations are immutable. */
@FunctionalInterface
interface Check {
  /**
   * Adds one finding per quantity, also for those that were not computed: they fail.
   *
   * @param expected the oracle's numbers
   * @param computed the engine's
   * @param report receives the findings
   */
  void run(OracleFolder expected, Computed computed, Report report);
}
