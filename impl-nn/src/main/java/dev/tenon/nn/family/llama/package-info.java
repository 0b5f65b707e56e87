/** The Llama family: configuration, parameter table and program. */
@NullMarked
package dev.tenon.nn.family.llama;

import org.jspecify.annotations.NullMarked;
