package dev.tenon.nn.checkpoint;

import dev.tenon.model.Head;

/**
 * Another head than the one that config.json tells.
 *
 * @param head what the network is to end in
 * @param seed of the head's weights where the files do not hold them
 */
public record NewHead(Head head, long seed) {}
