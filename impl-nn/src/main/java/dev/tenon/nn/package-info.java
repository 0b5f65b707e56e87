/** Networks: HuggingFace checkpoints and the programs that run them. */
@NullMarked
package dev.tenon.nn;

import org.jspecify.annotations.NullMarked;
