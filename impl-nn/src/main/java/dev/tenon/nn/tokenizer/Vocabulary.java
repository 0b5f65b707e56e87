package dev.tenon.nn.tokenizer;

import dev.tenon.error.CheckpointException;
import dev.tenon.internal.Problems;
import dev.tenon.nn.config.ConfigFile;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Tokens and ids of a tokenizer.json: those of its model and the added ones. Immutable. */
final class Vocabulary {
  private final Map<String, Long> idOf = new HashMap<>();
  private final Map<Long, String> tokenOf = new HashMap<>();
  private final String file;

  /**
   * Reads the vocabulary.
   *
   * @throws CheckpointException naming the key that is missing or malformed
   */
  Vocabulary(ConfigFile json) {
    file = json.file();
    Map<?, ?> model = cast(json.values().get("model"), Map.class, "model", "an object");
    Object vocab = model.get("vocab");
    if (vocab instanceof List<?> pieces) {
      addPieces(pieces);
    } else {
      Map<?, ?> ids = cast(vocab, Map.class, "model.vocab", "an object or a list");
      ids.forEach(this::add);
    }
    Object added = json.values().get("added_tokens");
    for (Object each :
        added == null ? List.of() : cast(added, List.class, "added_tokens", "a list")) {
      Map<?, ?> token = cast(each, Map.class, "added_tokens", "objects");
      add(token.get("content"), token.get("id"));
    }
  }

  /** A unigram model lists [token, score], its ids are the positions. */
  private void addPieces(List<?> pieces) {
    for (int id = 0; id < pieces.size(); id++) {
      List<?> piece = cast(pieces.get(id), List.class, "model.vocab", "pairs of token and score");
      add(piece.isEmpty() ? null : piece.get(0), id);
    }
  }

  private void add(@Nullable Object token, @Nullable Object id) {
    String text = cast(token, String.class, "token", "a string");
    long number = cast(id, Number.class, "id of token " + text, "an integer").longValue();
    idOf.put(text, number);
    tokenOf.put(number, text);
  }

  private <T> T cast(@Nullable Object value, Class<T> type, String what, String expected) {
    if (type.isInstance(value)) {
      return type.cast(value);
    }
    String shown = value == null ? "missing" : value.getClass().getSimpleName();
    throw new CheckpointException(Problems.problem(file + ": " + what, shown, expected));
  }

  OptionalLong id(String token) {
    Long id = idOf.get(token);
    return id == null ? OptionalLong.empty() : OptionalLong.of(id);
  }

  Optional<String> token(long id) {
    return Optional.ofNullable(tokenOf.get(id));
  }

  int size() {
    return tokenOf.size();
  }
}
