/**
 * Compares an engine with numbers that other programs computed. A {@link
 * dev.tenon.cli.conformance.OracleFolder} is a HuggingFace directory with expected values beside
 * it; runs compute the same quantities into {@link dev.tenon.cli.conformance.Computed}; checks turn
 * both into {@link dev.tenon.cli.conformance.Finding}s, which a {@link
 * dev.tenon.cli.conformance.Report} prints and counts.
 */
@NullMarked
package dev.tenon.cli.conformance;

import org.jspecify.annotations.NullMarked;
