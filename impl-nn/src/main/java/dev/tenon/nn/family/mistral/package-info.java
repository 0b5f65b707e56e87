/** Mistral: configuration and parameters; the program is Llama's. */
@NullMarked
package dev.tenon.nn.family.mistral;

import org.jspecify.annotations.NullMarked;
