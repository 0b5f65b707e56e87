/** Tokenizers from HuggingFace files: text in, token ids out, and back. */
@NullMarked
package dev.tenon.nn.tokenizer;

import org.jspecify.annotations.NullMarked;
