/** Trains a small Llama from scratch in this JVM, saves it, reloads it and lets it answer. */
@NullMarked
package dev.tenon.samples.quickstart;

import org.jspecify.annotations.NullMarked;
