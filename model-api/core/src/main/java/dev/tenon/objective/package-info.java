/**
 * What is optimised: an {@link dev.tenon.objective.Objective} is one short text that every runtime
 * executes.
 */
@NullMarked
package dev.tenon.objective;

import org.jspecify.annotations.NullMarked;
