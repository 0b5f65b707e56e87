package dev.tenon.modelinterface.data;

import dev.tenon.chat.ChatOptions;
import dev.tenon.chat.ChatTemplate;
import dev.tenon.chat.Message;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.TenonException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Json;
import dev.tenon.internal.Problems;
import dev.tenon.model.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A conversation to learn from, written by the tokenizer's chat template. What is learned is what
 * the assistant says: where the template marks it with {@code {% generation %}}, the tokens that
 * transformers' {@code apply_chat_template(return_assistant_tokens_mask=True)} marks; else the last
 * assistant message with the tokens that close it. Items have {@code input_ids} (I64, token) and
 * {@code loss_mask} (BOOL, token: true = to learn); their ids are line numbers, from 1.
 *
 * @param messages at least one
 * @param tools what the template may tell the model of, each a JSON schema of a function
 */
public record Conversation(List<Message> messages, List<Map<String, Object>> tools) {
  /** Copies and checks. */
  public Conversation {
    messages = List.copyOf(messages);
    tools = ChatOptions.conversation().withTools(tools).tools();
    if (messages.isEmpty()) {
      throw new InvalidInputException(Problems.problem("messages", 0, "at least one"));
    }
  }

  /** A conversation without tools. */
  public static Conversation of(Message... messages) {
    return new Conversation(List.of(messages), List.of());
  }

  /**
   * Reads a JSON Lines file of {@code {"messages": [{"role": text, "content": text}, ...]}}, with
   * {@code tools} where there are some; other keys are ignored, blank lines are skipped.
   *
   * @throws InvalidInputException if the file cannot be read or holds no conversation, or with
   *     {@code file:line} and reason of up to 20 lines that are wrong
   * @throws UnsupportedFeatureException if the tokenizer has no chat template
   */
  public static Dataset read(Path file, Tokenizer tokenizer) {
    ChatTemplate template = template(tokenizer);
    return new MaskedExamples(
        JsonLines.read(
            file, line -> MaskedExamples.of(line.number(), parse(line), tokenizer, template)));
  }

  /**
   * The conversations of such a file, to be changed before they are learned.
   *
   * @throws InvalidInputException as {@link #read} does
   */
  public static List<Conversation> all(Path file) {
    return JsonLines.read(file, Conversation::parse);
  }

  /** The dataset of conversations in memory; their numbers are their places, from 1. */
  public static Dataset of(List<Conversation> conversations, Tokenizer tokenizer) {
    ChatTemplate template = template(tokenizer);
    return new MaskedExamples(
        JsonLines.number(
            conversations, (number, each) -> MaskedExamples.of(number, each, tokenizer, template)));
  }

  private static ChatTemplate template(Tokenizer tokenizer) {
    return tokenizer
        .chatTemplate()
        .orElseThrow(
            () ->
                new UnsupportedFeatureException(
                    Problems.problem("chat template", "none", "a tokenizer that has one")));
  }

  private static Conversation parse(JsonLine line) {
    List<Message> messages = new ArrayList<>();
    List<?> given = list(line, "messages");
    for (int i = 0; i < given.size(); i++) {
      try {
        messages.add(new Message(members("a message", given.get(i))));
      } catch (TenonException e) {
        throw new InvalidInputException("messages[" + i + "]: " + e.getMessage(), e);
      }
    }
    List<Map<String, Object>> tools = new ArrayList<>();
    boolean none = !line.has("tools") || line.members().get("tools") == null;
    for (Object each : none ? List.of() : list(line, "tools")) {
      tools.add(members("a tool", each));
    }
    return new Conversation(messages, tools);
  }

  private static List<?> list(JsonLine line, String key) {
    @Nullable Object value = line.members().get(key);
    if (value instanceof List<?> items) {
      return items;
    }
    String shown = line.has(key) ? Json.compact(value) : "missing";
    throw new InvalidInputException(Problems.problem(key, shown, "a list of objects"));
  }

  private static Map<String, Object> members(String what, @Nullable Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      throw new InvalidInputException(Problems.problem(what, Json.compact(value), "an object"));
    }
    Map<String, Object> members = new LinkedHashMap<>();
    map.forEach(
        (key, each) -> {
          if (each != null) {
            members.put(String.valueOf(key), each);
          }
        });
    return members;
  }
}
