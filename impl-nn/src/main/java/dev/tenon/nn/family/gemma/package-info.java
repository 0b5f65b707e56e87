/** Gemma: configuration, parameters, program. */
@NullMarked
package dev.tenon.nn.family.gemma;

import org.jspecify.annotations.NullMarked;
