/** Qwen2: configuration and parameters; the program is Llama's. */
@NullMarked
package dev.tenon.nn.family.qwen2;

import org.jspecify.annotations.NullMarked;
