/**
 * HuggingFace directories: config.json, tokenizer files and safetensors, opened and saved. What
 * goes in is untrusted; pickles and model code are refused by name and content, never read.
 */
@NullMarked
package dev.tenon.nn.checkpoint;

import org.jspecify.annotations.NullMarked;
