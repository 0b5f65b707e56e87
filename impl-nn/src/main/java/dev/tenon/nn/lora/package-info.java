/**
 * Low-rank adapters (Hu et al. 2021) on any network whose text calls {@code project} or {@code
 * conv1d} for its linear layers: {@code peft}'s directories in and out, and merging. The network
 * that an adapter stands on is never changed.
 */
@NullMarked
package dev.tenon.nn.lora;

import org.jspecify.annotations.NullMarked;
