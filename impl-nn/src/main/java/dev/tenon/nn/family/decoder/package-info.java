/**
 * What decoders with RMS norms, rotary positions and a gated MLP have in common: their numbers, how
 * config.json spells them, their parameter table, and the pieces of their texts ({@code
 * decoder.torchscript}, {@code attention.torchscript}). A family adds what sets it apart.
 */
@NullMarked
package dev.tenon.nn.family.decoder;

import org.jspecify.annotations.NullMarked;
