package dev.tenon.backend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InvalidInputException;
import dev.tenon.generation.FinishReason;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.generation.GenerationRequest;
import dev.tenon.generation.GenerationSession;
import dev.tenon.generation.LogitsProcessor;
import dev.tenon.generation.Piece;
import dev.tenon.model.Model;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TokenIds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Tests of logits processors. */
abstract class ProcessorTests extends SessionTests {
  private static final float BANNED = Float.NEGATIVE_INFINITY;

  @Test
  public void aProcessorBansAndForcesTokens() {
    applies(supportsGeneration());
    try (Model model = inference()) {
      TokenIds free = alone(model.engine(), GenerationRequest.of(PROMPTS.get(0), GREEDY));
      long banned = free.get(0);
      TokenIds forced = TokenIds.of(5, 3);
      LogitsProcessor ban = (ids, promptLength, logits) -> logits[(int) banned] = BANNED;
      LogitsProcessor prefix =
          (ids, promptLength, logits) -> {
            int at = ids.size() - promptLength;
            if (at < forced.size()) {
              float kept = logits[(int) forced.get(at)];
              Arrays.fill(logits, BANNED);
              logits[(int) forced.get(at)] = kept;
            }
          };
      for (GenerationOptions options : List.of(GREEDY, SAMPLED)) {
        GenerationRequest request =
            GenerationRequest.of(PROMPTS.get(0), options.withLogitsProcessors(ban));
        assertThat(alone(model.engine(), request).contains(banned)).isFalse();
        GenerationRequest begun =
            GenerationRequest.of(PROMPTS.get(0), options.withLogitsProcessors(prefix));
        assertThat(alone(model.engine(), begun).slice(0, 2)).isEqualTo(forced);
      }
    }
  }

  @Test
  public void processorsOfOneRequestChangeNoOther() {
    applies(supportsGeneration());
    LogitsProcessor even =
        (ids, promptLength, logits) -> {
          for (int v = 1; v < logits.length; v += 2) {
            logits[v] = BANNED;
          }
        };
    try (Model model = inference();
        GenerationSession session = model.engine().openSession(LIMITS)) {
      List<GenerationRequest> requests = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        GenerationOptions options = (i < 2 ? SAMPLED : GREEDY).withRepetitionPenalty(1.2);
        requests.add(
            new GenerationRequest(
                PROMPTS.get(i), i % 2 == 0 ? options.withLogitsProcessors(even) : options, 3, i));
      }
      requests.forEach(session::add);
      Map<Long, TokenIds> answers = drain(session);
      for (int i = 0; i < 4; i++) {
        assertThat(answers.get((long) i)).isEqualTo(alone(model.engine(), requests.get(i)));
      }
      assertThat(Objects.requireNonNull(answers.get(0L)).stream()).allMatch(id -> id % 2 == 0);
      assertThat(Objects.requireNonNull(answers.get(2L)).stream()).allMatch(id -> id % 2 == 0);
    }
  }

  @Test
  public void aFailingProcessorEndsItsOwnRequestOnly() {
    applies(supportsGeneration());
    LogitsProcessor failing =
        (ids, promptLength, logits) -> {
          if (ids.size() - promptLength == 2) {
            throw new IllegalStateException("grammar");
          }
        };
    LogitsProcessor all = (ids, promptLength, logits) -> Arrays.fill(logits, BANNED);
    try (Model model = inference();
        GenerationSession session = model.engine().openSession(LIMITS)) {
      long first = session.add(GenerationRequest.of(PROMPTS.get(0), processed(failing)));
      long second = session.add(GenerationRequest.of(PROMPTS.get(1), GREEDY));
      long third = session.add(GenerationRequest.of(PROMPTS.get(2), processed(all)));
      Map<Long, List<Piece>> pieces = new HashMap<>();
      while (session.live() > 0) {
        session.step().forEach(x -> pieces.computeIfAbsent(x.id(), y -> new ArrayList<>()).add(x));
      }
      assertThat(pieces.get(second)).hasSize(8);
      assertThat(pieces.get(first)).hasSize(3);
      Piece last = Objects.requireNonNull(pieces.get(first)).get(2);
      assertThat(last.finishReason()).contains(FinishReason.FAILED);
      assertThatThrownBy(last::throwIfFailed).hasMessage("grammar");
      assertThatThrownBy(Objects.requireNonNull(pieces.get(third)).get(0)::throwIfFailed)
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("all banned");
      NamedArray prompts = prompts(PROMPTS.get(0), PROMPTS.get(1));
      assertThatThrownBy(() -> model.engine().generate(prompts, processed(failing), 0))
          .hasMessage("grammar");
    }
  }

  private static GenerationOptions processed(LogitsProcessor processor) {
    return GREEDY.withLogitsProcessors(processor);
  }
}
