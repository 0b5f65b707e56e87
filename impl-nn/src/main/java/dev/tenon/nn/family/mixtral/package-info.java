/** Mixtral: configuration, parameters, program. */
@NullMarked
package dev.tenon.nn.family.mixtral;

import org.jspecify.annotations.NullMarked;
