package dev.tenon.modelinterface.text;

import dev.tenon.model.Tokenizer;
import dev.tenon.tensor.TokenIds;
import java.util.regex.Pattern;

/**
 * The text of a growing answer, as far as later tokens cannot change it. Tokens may hold parts of a
 * code point, so a text that ends in U+FFFD is not stable; and a decoder with byte fallback (tokens
 * {@code <0xE4>}) reads a run of such tokens as a whole, so the text is not stable within a run.
 *
 * <p>Decoding the whole answer at every token would take quadratic time. Past {@link #WINDOW}
 * tokens only a window is decoded, from a place where the text was stable; decoders that strip the
 * start of a text strip it alike in both halves of the difference. Not thread-safe.
 */
final class StableText {
  private static final int WINDOW = 64;
  private static final Pattern BYTE_TOKEN = Pattern.compile("<0x[0-9A-Fa-f]{2}>");

  private final Tokenizer tokenizer;
  private final StringBuilder stable = new StringBuilder();
  private TokenIds window = TokenIds.of(); // the context, then the tokens after it
  private String windowText = ""; // stable or not
  private int contextTokens; // their text is the end of stable[0, settled)
  private int contextLength; // of windowText
  private int settled;

  StableText(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /** The stable text so far; it only grows. */
  CharSequence value() {
    return stable;
  }

  /** Takes new tokens and extends the stable text as far as they allow. */
  void add(TokenIds tokens) {
    tokens.stream().forEach(this::add);
  }

  private void add(long id) {
    window = window.concat(TokenIds.of(id));
    String text = tokenizer.decode(window, true);
    boolean changed = !text.equals(windowText);
    windowText = text;
    // A token without text of its own, such as a special one, ends no run of bytes.
    if (changed && !text.endsWith("\uFFFD") && !isByte(id)) {
      extend();
    }
  }

  private boolean isByte(long id) {
    return tokenizer.idToToken(id).filter(x -> BYTE_TOKEN.matcher(x).matches()).isPresent();
  }

  private void extend() {
    String known = stable.substring(settled);
    String tail = windowText.substring(Math.min(contextLength, windowText.length()));
    if (tail.startsWith(known)) {
      stable.append(tail, known.length(), tail.length());
    }
    if (window.size() - contextTokens >= WINDOW) {
      moveWindow();
    }
  }

  private void moveWindow() {
    window = window.slice(contextTokens, window.size());
    windowText = tokenizer.decode(window, true);
    contextTokens = window.size();
    contextLength = windowText.length();
    settled = stable.length();
  }
}
