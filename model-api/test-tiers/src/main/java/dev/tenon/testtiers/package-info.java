/**
 * The tiers of the test suite. A test belongs to the tier its JUnit tag names ({@code python},
 * {@code servers}, {@code soak}), without one to {@code java}. {@code -Dtenon.tiers=java,python}
 * selects tiers (default {@code java}); in a tier of {@code -Dtenon.require=python} a test that
 * skips itself fails. At the end of a run a line per tier tells what ran, what was skipped and why.
 * Having this artifact on the test class path is all a module needs.
 */
@NullMarked
package dev.tenon.testtiers;

import org.jspecify.annotations.NullMarked;
