/**
 * The exceptions of Tenon: one unchecked root, {@link dev.tenon.error.TenonException}, with few
 * children named for the caller's next move. Every message has the form {@code what: value
 * (expected: rule)}; all problems of one call are reported together.
 */
@NullMarked
package dev.tenon.error;

import org.jspecify.annotations.NullMarked;
