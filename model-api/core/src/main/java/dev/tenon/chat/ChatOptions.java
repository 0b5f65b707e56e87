package dev.tenon.chat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a conversation is rendered.
 *
 * @param addGenerationPrompt whether the text ends with what starts the assistant's next message
 * @param tools what the model may call, each a JSON schema of a function
 * @param template which of several named templates; if none is named, {@code tool_use} with tools,
 *     where there is one, else {@code default}
 * @param variables more of what the template may read, such as {@code enable_thinking}, as JSON
 *     values
 */
public record ChatOptions(
    boolean addGenerationPrompt,
    List<Map<String, Object>> tools,
    Optional<String> template,
    Map<String, Object> variables) {
  private static final ChatOptions PROMPT =
      new ChatOptions(true, List.of(), Optional.empty(), Map.of());

  /** Copies. */
  public ChatOptions {
    List<Map<String, Object>> schemas = new ArrayList<>();
    tools.forEach(x -> schemas.add(copy("tools.", x)));
    tools = Collections.unmodifiableList(schemas);
    variables = copy("variables.", variables);
  }

  private static Map<String, Object> copy(String what, Map<String, Object> values) {
    Map<String, Object> copy = new LinkedHashMap<>();
    values.forEach((name, value) -> copy.put(name, Message.JsonCopy.of(what + name, value)));
    return Collections.unmodifiableMap(copy);
  }

  /** A prompt for the assistant's next message. */
  public static ChatOptions prompt() {
    return PROMPT;
  }

  /** The conversation as it is, without a start of the next message. */
  public static ChatOptions conversation() {
    return PROMPT.withAddGenerationPrompt(false);
  }

  /** The same, with or without the start of the next message. */
  public ChatOptions withAddGenerationPrompt(boolean value) {
    return new ChatOptions(value, tools, template, variables);
  }

  /** The same with other tools. */
  public ChatOptions withTools(List<Map<String, Object>> value) {
    return new ChatOptions(addGenerationPrompt, value, template, variables);
  }

  /** The same with a template by name. */
  public ChatOptions withTemplate(String value) {
    return new ChatOptions(addGenerationPrompt, tools, Optional.of(value), variables);
  }

  /** The same with one variable more, or another value of it. */
  public ChatOptions withVariable(String name, Object value) {
    Map<String, Object> values = new LinkedHashMap<>(variables);
    values.put(name, value);
    return new ChatOptions(addGenerationPrompt, tools, template, values);
  }
}
