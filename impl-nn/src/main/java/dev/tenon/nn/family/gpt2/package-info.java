/** The GPT-2 family: configuration, parameter table and program. */
@NullMarked
package dev.tenon.nn.family.gpt2;

import org.jspecify.annotations.NullMarked;
