/**
 * The JSON files of a HuggingFace directory: strictly read, kept as text, with typed access to
 * their keys.
 */
@NullMarked
package dev.tenon.nn.config;

import org.jspecify.annotations.NullMarked;
