/**
 * What a pass of a driver over a batch is made of, on the host and without a runtime: the rows and
 * plans that the text reads, dropout seeds, and an objective's sums. Every backend calls it.
 */
@NullMarked
package dev.tenon.nn.internal.pass;

import org.jspecify.annotations.NullMarked;
