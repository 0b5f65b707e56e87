package dev.tenon.modelinterface.text;

/**
 * Tokens that an answer took.
 *
 * @param promptTokens tokens of the prompt, special tokens included
 * @param completionTokens new tokens, the closing eos included
 */
public record Usage(int promptTokens, int completionTokens) {
  /** Both together. */
  public int totalTokens() {
    return promptTokens + completionTokens;
  }
}
