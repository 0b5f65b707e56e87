/**
 * What takes how long: one JMH class per question, and {@link dev.tenon.benchmarks.Compare}, which
 * alternates with the scripts of other libraries. Nothing here is published.
 */
@NullMarked
package dev.tenon.benchmarks;

import org.jspecify.annotations.NullMarked;
