package dev.tenon.modelinterface.text;

import dev.tenon.model.Tokenizer;
import dev.tenon.tensor.TokenIds;
import java.util.List;
import java.util.OptionalInt;

/** Hands out the text of a growing answer, up to its first stop string. Not thread-safe. */
final class AnswerText {
  private final Tokenizer tokenizer;
  private final TextListener listener;
  private final StableText stable;
  private final StopScanner stops;
  private final StringBuilder handedOut = new StringBuilder();
  private boolean stopped;

  AnswerText(Tokenizer tokenizer, List<String> stopStrings, TextListener listener) {
    this.tokenizer = tokenizer;
    this.listener = listener;
    this.stable = new StableText(tokenizer);
    this.stops = new StopScanner(stopStrings);
  }

  /** Takes new tokens. */
  void add(TokenIds tokens) {
    stable.add(tokens);
    CharSequence text = stable.value();
    if (!stoppedIn(text)) {
      handOut(text, stops.safeLength(text));
    }
  }

  /** Hands out what was held back: the answer, whose tokens are given, is complete. */
  void complete(TokenIds answer) {
    String text = tokenizer.decode(answer, true);
    boolean grown = text.startsWith(handedOut.toString());
    if (!stopped && grown && !stoppedIn(text)) {
      handOut(text, text.length());
    }
  }

  /** Whether a stop string has come. */
  boolean isStopped() {
    return stopped;
  }

  /** All pieces so far, joined. */
  String value() {
    return handedOut.toString();
  }

  private boolean stoppedIn(CharSequence text) {
    OptionalInt start = stops.find(text);
    start.ifPresent(end -> handOut(text, end));
    stopped = start.isPresent();
    return stopped;
  }

  private void handOut(CharSequence text, int end) {
    if (end > handedOut.length()) {
      String piece = text.subSequence(handedOut.length(), end).toString();
      handedOut.append(piece);
      listener.onText(piece);
    }
  }
}
