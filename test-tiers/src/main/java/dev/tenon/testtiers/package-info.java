/** The tiers of the test suite: which run, and what each one ran. */
@NullMarked
package dev.tenon.testtiers;

import org.jspecify.annotations.NullMarked;
