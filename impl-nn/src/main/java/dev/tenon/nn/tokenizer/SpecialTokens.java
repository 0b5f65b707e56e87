package dev.tenon.nn.tokenizer;

import dev.tenon.error.CheckpointException;
import dev.tenon.internal.Problems;
import dev.tenon.nn.config.ConfigFile;
import dev.tenon.tensor.TokenIds;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The tokens with a role. Which ids end a sequence is the model's matter: generation_config.json,
 * then config.json, then the tokenizer's own files. The start and the padding are the tokenizer's:
 * its own files first.
 *
 * @param bos starts a sequence
 * @param eos end a sequence
 * @param pad fills rows
 * @param cutsFromStart whether truncation drops the start of a text ({@code truncation_side})
 */
record SpecialTokens(OptionalLong bos, TokenIds eos, OptionalLong pad, boolean cutsFromStart) {

  static SpecialTokens read(Path directory, Vocabulary vocabulary) {
    Optional<ConfigFile> tokenizer =
        ConfigFile.readIfPresent(directory.resolve("tokenizer_config.json"));
    Optional<ConfigFile> map =
        ConfigFile.readIfPresent(directory.resolve("special_tokens_map.json"));
    List<ConfigFile> own = Stream.of(tokenizer, map).flatMap(Optional::stream).toList();
    List<ConfigFile> model =
        Stream.of("generation_config.json", "config.json")
            .flatMap(x -> ConfigFile.readIfPresent(directory.resolve(x)).stream())
            .toList();
    TokenIds eos = ids(model, "eos_token_id");
    return new SpecialTokens(
        first(token(own, "bos_token", vocabulary), ids(model, "bos_token_id")),
        eos.isEmpty() ? token(own, "eos_token", vocabulary) : eos,
        first(token(own, "pad_token", vocabulary), ids(model, "pad_token_id")),
        tokenizer.map(x -> "left".equals(x.values().get("truncation_side"))).orElse(false));
  }

  private static OptionalLong first(TokenIds own, TokenIds model) {
    return own.concat(model).stream().findFirst();
  }

  /** The id of a token that is given by its text, or by an object with its {@code content}. */
  private static TokenIds token(List<ConfigFile> files, String key, Vocabulary vocabulary) {
    for (ConfigFile file : files) {
      @Nullable Object value = file.values().get(key);
      @Nullable Object text = value instanceof Map<?, ?> object ? object.get("content") : value;
      if (text instanceof String name && vocabulary.id(name).isPresent()) {
        return TokenIds.of(vocabulary.id(name).getAsLong());
      }
    }
    return TokenIds.of();
  }

  /** The ids under a key: one, or a list. A negative one, which old files have, is none. */
  private static TokenIds ids(List<ConfigFile> files, String key) {
    for (ConfigFile file : files) {
      Object value = file.values().get(key);
      if (value != null) {
        List<?> found = value instanceof List<?> list ? list : List.of(value);
        return TokenIds.of(
            found.stream().mapToLong(x -> id(file, key, x)).filter(x -> x >= 0).toArray());
      }
    }
    return TokenIds.of();
  }

  private static long id(ConfigFile file, String key, Object value) {
    if (value instanceof Number number && number.doubleValue() == Math.rint(number.doubleValue())) {
      return number.longValue();
    }
    throw new CheckpointException(
        Problems.problem(file.file() + ": " + key, value, "a token id or a list of them"));
  }
}
