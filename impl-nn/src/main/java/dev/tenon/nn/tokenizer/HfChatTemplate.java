package dev.tenon.nn.tokenizer;

import dev.tenon.chat.ChatOptions;
import dev.tenon.chat.ChatTemplate;
import dev.tenon.chat.ChatTemplateException;
import dev.tenon.chat.Message;
import dev.tenon.chat.RenderedChat;
import dev.tenon.error.UnknownNameException;
import dev.tenon.internal.Problems;
import dev.tenon.nn.jinja.JinjaTemplate;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The chat templates of a HuggingFace directory, rendered as transformers' {@code
 * apply_chat_template} does: with {@code messages}, {@code tools}, {@code documents}, {@code
 * add_generation_prompt}, the special tokens by their names ({@code bos_token}, ...) and the
 * variables of the call. A template is read when it is first used. Safe for threads.
 */
public final class HfChatTemplate implements ChatTemplate {
  private static final String DEFAULT = "default";
  private static final String WITH_TOOLS = "tool_use";
  private static final List<String> REASONING =
      List.of("reasoning_content", "thinking", "reasoning");

  private final Map<String, String> sources;
  private final Map<String, String> specialTokens;
  private final Clock clock;
  private final Map<String, JinjaTemplate> compiled = new ConcurrentHashMap<>();

  /**
   * Uses templates.
   *
   * @param sources their texts by name; a directory's only one is called {@code default}
   * @param specialTokens text by name, such as {@code bos_token}
   * @param clock what {@code strftime_now} reads
   */
  public HfChatTemplate(
      Map<String, String> sources, Map<String, String> specialTokens, Clock clock) {
    this.sources = Map.copyOf(sources);
    this.specialTokens = Map.copyOf(specialTokens);
    this.clock = clock;
  }

  /**
   * {@inheritDoc}
   *
   * @throws UnknownNameException if there is no template of the name asked for, or several and no
   *     {@code default}
   */
  @Override
  public RenderedChat render(List<Message> messages, ChatOptions options) {
    if (messages.isEmpty()) {
      throw new ChatTemplateException(Problems.problem("messages", 0, "at least one"), 0);
    }
    JinjaTemplate template = template(name(options));
    JinjaTemplate.Rendered rendered = template.render(variables(messages, options), clock);
    return new RenderedChat(
        rendered.text(),
        template.hasGeneration() ? Optional.of(rendered.generated()) : Optional.empty());
  }

  private String name(ChatOptions options) {
    String usual =
        !options.tools().isEmpty() && sources.containsKey(WITH_TOOLS) ? WITH_TOOLS : DEFAULT;
    String name = options.template().orElse(usual);
    if (!sources.containsKey(name)) {
      throw new UnknownNameException(
          Problems.problem(
              "chat template", name, "one of " + sources.keySet().stream().sorted().toList()));
    }
    return name;
  }

  private JinjaTemplate template(String name) {
    String label = "chat template" + (sources.size() > 1 ? " " + name : "");
    return compiled.computeIfAbsent(
        name, x -> JinjaTemplate.compile(label, sources.getOrDefault(x, "")));
  }

  private Map<String, Object> variables(List<Message> messages, ChatOptions options) {
    Map<String, Object> variables = new LinkedHashMap<>(specialTokens);
    variables.putAll(options.variables());
    variables.put("messages", messages.stream().map(HfChatTemplate::fields).toList());
    if (options.tools().isEmpty()) {
      // None, not undefined: transformers always passes the two.
      variables.put("tools", Optional.empty());
    } else {
      variables.put("tools", options.tools());
    }
    variables.putIfAbsent("documents", Optional.empty());
    variables.put("add_generation_prompt", options.addGenerationPrompt());
    return variables;
  }

  /** A message's reasoning goes under all the names that templates read it by. */
  private static Map<String, Object> fields(Message message) {
    Map<String, Object> fields = message.fields();
    Optional<Object> reasoning =
        REASONING.stream().flatMap(x -> Stream.ofNullable(fields.get(x))).findFirst();
    if (reasoning.isEmpty()) {
      return fields;
    }
    Map<String, Object> aliased = new LinkedHashMap<>();
    aliased.put("thinking", reasoning.get());
    aliased.putAll(fields);
    aliased.put("reasoning_content", reasoning.get());
    return aliased;
  }

  @Override
  public String toString() {
    return "HfChatTemplate(" + sources.keySet().stream().sorted().toList() + ")";
  }
}
