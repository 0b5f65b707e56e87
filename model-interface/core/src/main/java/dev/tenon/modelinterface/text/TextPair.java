package dev.tenon.modelinterface.text;

/**
 * Two texts that belong together, such as a question and a passage.
 *
 * @param first the first one
 * @param second the second one
 */
public record TextPair(String first, String second) {}
