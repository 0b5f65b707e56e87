package dev.tenon.nn.tokenizer;

import dev.tenon.chat.ChatTemplate;
import dev.tenon.error.CheckpointException;
import dev.tenon.internal.Problems;
import dev.tenon.nn.config.ConfigFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where a directory keeps chat templates: chat_template.jinja and
 * additional_chat_templates/*.jinja, else the key {@code chat_template} of tokenizer_config.json,
 * which is one text or a list of {@code {name, template}}.
 */
final class ChatTemplateFiles {
  private static final String DEFAULT = "default";
  private static final String SUFFIX = ".jinja";
  private static final long MOST_BYTES = 4L << 20;
  private static final List<String> ROLES =
      List.of("bos", "eos", "unk", "sep", "pad", "cls", "mask");

  private ChatTemplateFiles() {}

  /**
   * The templates of a directory, if it has any.
   *
   * @throws CheckpointException naming what cannot be read
   */
  static Optional<ChatTemplate> read(Path directory) {
    Optional<ConfigFile> config =
        ConfigFile.readIfPresent(directory.resolve("tokenizer_config.json"));
    Map<String, String> sources = files(directory);
    if (sources.isEmpty()) {
      config.ifPresent(x -> sources.putAll(inConfig(x)));
    }
    return sources.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new HfChatTemplate(
                sources, specials(directory, config), Clock.system(ZoneId.systemDefault())));
  }

  private static Map<String, String> files(Path directory) {
    Map<String, String> sources = new TreeMap<>();
    Path single = directory.resolve("chat_template.jinja");
    if (Files.exists(single)) {
      sources.put(DEFAULT, text(single));
    }
    Path more = directory.resolve("additional_chat_templates");
    if (Files.isDirectory(more)) {
      try (Stream<Path> inside = Files.list(more)) {
        inside
            .filter(x -> name(x).endsWith(SUFFIX))
            .forEach(x -> sources.put(name(x).replace(SUFFIX, ""), text(x)));
      } catch (IOException e) {
        throw unreadable(more, e);
      }
    }
    return sources;
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  private static String text(Path file) {
    try {
      long size = Files.size(file);
      if (size > MOST_BYTES) {
        throw new CheckpointException(
            Problems.problem(file.toString(), size + " bytes", "at most " + MOST_BYTES));
      }
      return Files.readString(file);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static CheckpointException unreadable(Path file, IOException e) {
    return new CheckpointException(
        Problems.problem(file.toString(), e, "a readable file of UTF-8"), e);
  }

  private static Map<String, String> inConfig(ConfigFile config) {
    Object value = config.values().get("chat_template");
    if (value == null) {
      return Map.of();
    } else if (value instanceof String text) {
      return Map.of(DEFAULT, text);
    }
    Map<String, String> named = new TreeMap<>();
    for (Object each : value instanceof List<?> list ? list : List.of(value)) {
      if (each instanceof Map<?, ?> entry
          && entry.get("name") instanceof String name
          && entry.get("template") instanceof String text) {
        named.put(name, text);
      } else {
        throw new CheckpointException(
            Problems.problem(
                config.file() + ": chat_template",
                each == null ? null : each.getClass().getSimpleName(),
                "a text, or a list of {name, template}"));
      }
    }
    return named;
  }

  /** The texts of the tokens with a role, as tokenizer_config.json or the older file has them. */
  private static Map<String, String> specials(Path directory, Optional<ConfigFile> config) {
    Optional<ConfigFile> map =
        ConfigFile.readIfPresent(directory.resolve("special_tokens_map.json"));
    Map<String, String> tokens = new TreeMap<>();
    for (String role : ROLES) {
      String key = role + "_token";
      Stream.of(config, map)
          .flatMap(Optional::stream)
          .flatMap(x -> token(x.values().get(key)).stream())
          .findFirst()
          .ifPresent(text -> tokens.put(key, text));
    }
    return tokens;
  }

  private static Optional<String> token(@Nullable Object value) {
    @Nullable Object text = value instanceof Map<?, ?> object ? object.get("content") : value;
    return text instanceof String name ? Optional.of(name) : Optional.empty();
  }
}
