/** Qwen3: configuration, parameters, program. */
@NullMarked
package dev.tenon.nn.family.qwen3;

import org.jspecify.annotations.NullMarked;
