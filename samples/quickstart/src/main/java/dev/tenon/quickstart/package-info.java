/** Trains a small Llama from nothing. */
@NullMarked
package dev.tenon.quickstart;

import org.jspecify.annotations.NullMarked;
