package dev.tenon.jobs;

import dev.tenon.modelinterface.data.PromptAnswer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text that a prompt and its answer are put into. What stands before the answer is given, the
 * answer and what follows it are learned. Immutable.
 *
 * @param before the text before the prompt
 * @param between the text between prompt and answer
 * @param after the text after the answer
 */
record PromptTemplate(String before, String between, String after) {
  private static final Pattern PLACE = Pattern.compile("\\{(prompt|completion|answer)}");

  /**
   * Reads a template with {@code {prompt}} and, if the answer does not end it, {@code {completion}}
   * or {@code {answer}} behind; empty if it is none. Other braces are text.
   */
  static Optional<PromptTemplate> parse(String text) {
    List<String> places = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    Matcher matcher = PLACE.matcher(text);
    int end = 0;
    while (matcher.find()) {
      places.add(matcher.group(1));
      texts.add(text.substring(end, matcher.start()));
      end = matcher.end();
    }
    texts.add(text.substring(end));
    boolean wellFormed =
        !places.isEmpty()
            && places.size() <= 2
            && places.get(0).equals("prompt")
            && (places.size() == 1 || !places.get(1).equals("prompt"));
    return wellFormed
        ? Optional.of(
            new PromptTemplate(texts.get(0), texts.get(1), places.size() == 2 ? texts.get(2) : ""))
        : Optional.empty();
  }

  /** The pair as text to learn from. */
  PromptAnswer apply(PromptAnswer pair) {
    return new PromptAnswer(before + pair.prompt() + between, pair.answer() + after);
  }
}
