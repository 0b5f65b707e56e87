/**
 * Tensors and directories on disk: the safetensors codec, sources of weights, and directories that
 * are committed as a whole or not at all.
 */
@NullMarked
package dev.tenon.checkpoint;

import org.jspecify.annotations.NullMarked;
