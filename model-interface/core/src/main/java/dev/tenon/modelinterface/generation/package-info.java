/** Answers to batches of prompts. */
@NullMarked
package dev.tenon.modelinterface.generation;

import org.jspecify.annotations.NullMarked;
