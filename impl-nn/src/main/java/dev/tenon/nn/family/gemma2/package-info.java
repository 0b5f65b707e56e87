/** Gemma 2: configuration, parameters, program. */
@NullMarked
package dev.tenon.nn.family.gemma2;

import org.jspecify.annotations.NullMarked;
