package dev.tenon.backend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.error.EngineClosedException;
import dev.tenon.error.InsufficientMemoryException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.generation.GenerationRequest;
import dev.tenon.generation.GenerationSession;
import dev.tenon.generation.Piece;
import dev.tenon.generation.SessionLimits;
import dev.tenon.model.Engine;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TokenIds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Tests of sessions and generate. */
abstract class SessionTests extends ThreadTests {
  static final SessionLimits LIMITS = new SessionLimits(8, 400);
  static final List<TokenIds> PROMPTS =
      List.of(
          TokenIds.of(1, 5, 9, 12),
          TokenIds.of(7),
          TokenIds.of(3, 3, 4, 10, 11, 12, 8),
          TokenIds.of(14, 2));
  static final GenerationOptions GREEDY = GenerationOptions.greedy(8).ignoringEos();
  static final GenerationOptions SAMPLED =
      GenerationOptions.sampling(8).ignoringEos().withTemperature(0.9).withTopP(0.95);

  static Map<Long, TokenIds> drain(GenerationSession session) {
    Map<Long, TokenIds> answers = new HashMap<>();
    while (session.live() > 0) {
      for (Piece piece : session.step()) {
        answers.merge(piece.id(), piece.tokenIds(), TokenIds::concat);
      }
    }
    return answers;
  }

  static TokenIds alone(Engine engine, GenerationRequest request) {
    try (GenerationSession session = engine.openSession(LIMITS)) {
      long id = session.add(request);
      return Objects.requireNonNull(drain(session).get(id));
    }
  }

  @Test
  public void greedyTokensAreTheLikeliestOfTheForwardPass() {
    applies(supportsGeneration());
    try (Model model = inference()) {
      TokenIds prompt = PROMPTS.get(0);
      TokenIds all = prompt.concat(alone(model.engine(), GenerationRequest.of(prompt, GREEDY)));
      double[] logits =
          model.engine().forward(prompts(all), Output.LOGITS).get("logits").toDoubles();
      int vocabulary = vocabSize();
      for (int t = prompt.size(); t < all.size(); t++) {
        int row = (t - 1) * vocabulary;
        double chosen = logits[row + (int) all.get(t)];
        for (int v = 0; v < vocabulary; v++) {
          // A near tie may fall either way in another order of sums.
          assertThat(logits[row + v]).isLessThanOrEqualTo(chosen + 1e-4);
        }
      }
    }
  }

  @Test
  public void oneSeedGivesTheSameTokensAloneInABatchAndInTwoSessions() {
    applies(supportsGeneration());
    for (GenerationOptions options : List.of(GREEDY, SAMPLED)) {
      try (Model model = inference();
          GenerationSession one = model.engine().openSession(LIMITS);
          GenerationSession other = model.engine().openSession(LIMITS)) {
        for (int i = 0; i < PROMPTS.size(); i++) {
          one.add(new GenerationRequest(PROMPTS.get(i), options, 40 + i, 1));
          other.add(new GenerationRequest(PROMPTS.get(3 - i), options, 43 - i, 1));
        }
        Map<Long, TokenIds> answers = drain(one);
        Map<Long, TokenIds> others = drain(other);
        for (int i = 0; i < PROMPTS.size(); i++) {
          TokenIds expected =
              alone(model.engine(), new GenerationRequest(PROMPTS.get(i), options, 40 + i, 1));
          assertThat(answers.get((long) i)).isEqualTo(expected);
          assertThat(others.get((long) (3 - i))).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  public void aCancelledRequestEndsAtOnceAndChangesNoOther() {
    applies(supportsGeneration());
    try (Model model = inference();
        GenerationSession session = model.engine().openSession(LIMITS)) {
      long first = session.add(GenerationRequest.of(PROMPTS.get(0), GREEDY));
      long second = session.add(GenerationRequest.of(PROMPTS.get(1), GREEDY));
      assertThat(session.step()).hasSize(2);
      session.cancel(first);
      session.cancel(first);
      session.cancel(99);
      TokenIds tail = drain(session).get(second);
      TokenIds whole = alone(model.engine(), GenerationRequest.of(PROMPTS.get(1), GREEDY));
      assertThat(tail).isEqualTo(whole.slice(1, 8));
    }
  }

  @Test
  public void aRequestMayBeCancelledBeforeTheFirstStepOfAnother() {
    applies(supportsGeneration());
    try (Model model = inference();
        GenerationSession session = model.engine().openSession(LIMITS)) {
      long first = session.add(GenerationRequest.of(PROMPTS.get(0), GREEDY));
      session.step();
      long second = session.add(GenerationRequest.of(PROMPTS.get(1), GREEDY));
      session.cancel(first);
      TokenIds answer = drain(session).get(second);
      assertThat(answer)
          .isEqualTo(alone(model.engine(), GenerationRequest.of(PROMPTS.get(1), GREEDY)));
    }
  }

  @Test
  public void limitsAreRefusedAndTheSessionGoesOn() {
    applies(supportsGeneration());
    try (Model model = inference();
        GenerationSession session = model.engine().openSession(new SessionLimits(2, 26))) {
      session.add(GenerationRequest.of(PROMPTS.get(0), GREEDY)); // 12 tokens
      assertThatThrownBy(() -> session.add(GenerationRequest.of(PROMPTS.get(2), GREEDY)))
          .isInstanceOf(InsufficientMemoryException.class)
          .hasMessageContaining("27 cache tokens");
      assertThatThrownBy(
              () -> session.add(GenerationRequest.of(PROMPTS.get(2), GREEDY.withMaxNewTokens(30))))
          .isInstanceOf(InvalidInputException.class);
      session.add(GenerationRequest.of(PROMPTS.get(1), GREEDY));
      assertThatThrownBy(
              () -> session.add(GenerationRequest.of(PROMPTS.get(1), GREEDY.withMaxNewTokens(1))))
          .isInstanceOf(InsufficientMemoryException.class);
      assertThat(drain(session)).hasSize(2);
    }
  }

  @Test
  public void promptsThatCannotRunAreRefused() {
    applies(supportsGeneration());
    long outside = vocabSize();
    int positions = model().network().maxPositions();
    SessionLimits wide = new SessionLimits(1, positions + 100L);
    try (Model model = inference();
        GenerationSession session = model.engine().openSession(wide)) {
      assertThatThrownBy(() -> session.add(GenerationRequest.of(TokenIds.of(1, outside), GREEDY)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("prompt token: " + outside);
      assertThatThrownBy(
              () ->
                  session.add(
                      GenerationRequest.of(PROMPTS.get(0), GREEDY.withMaxNewTokens(positions))))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("max_position_embeddings " + positions);
      assertThat(session.live()).isZero();
    }
  }

  @Test
  public void aClosedSessionOrEngineRefusesCalls() {
    applies(supportsGeneration());
    Model model = inference();
    GenerationSession session = model.engine().openSession(LIMITS);
    session.close();
    assertThatThrownBy(session::step).isInstanceOf(EngineClosedException.class);
    GenerationSession open = model.engine().openSession(LIMITS);
    open.add(GenerationRequest.of(PROMPTS.get(0), GREEDY));
    model.close();
    assertThatThrownBy(() -> model.engine().openSession(LIMITS))
        .isInstanceOf(EngineClosedException.class);
    open.close();
  }

  @Test
  public void generateGivesPromptsAnswersAndTheirLogprobs() {
    applies(supportsGeneration());
    NamedArray prompts = prompts(PROMPTS.get(0), PROMPTS.get(1));
    try (Model model = inference()) {
      NamedArray answers = model.engine().generate(prompts, SAMPLED.withSamples(2), 7);
      assertThat(answers.items().ids()).isEqualTo(prompts.items().ids());
      assertThat(answers.items().sequencesPerItem()).containsExactly(2, 2);
      assertThat(answers.items().lengths()).containsExactly(12, 12, 9, 9);
      assertThat(answers.get("truncated").toBooleans()).containsOnly(true);
      assertThat(answers.get("finish_reason").toLongs()).containsOnly(1);
      boolean[] mask = answers.get("prompt_mask").toBooleans();
      float[] logprobs = answers.get("logprobs").toFloats();
      double[] expected =
          model
              .engine()
              .forward(answers, OutputRequest.of(Output.TOKEN_LOGPROBS).withTemperature(0.9))
              .get("token_logprobs")
              .toDoubles();
      int token = 0;
      int entry = 0;
      for (int length : answers.items().lengths()) {
        for (int t = 1; t < length; t++, entry++) {
          double wanted = mask[token + t] ? 0 : expected[entry];
          assertThat((double) logprobs[entry]).isCloseTo(wanted, within(1e-4));
        }
        token += length;
      }
    }
  }

  @Test
  public void closingIdsEndAnAnswer() {
    applies(supportsGeneration());
    try (Model model = inference()) {
      TokenIds free = alone(model.engine(), GenerationRequest.of(PROMPTS.get(2), GREEDY));
      long closing = free.get(3);
      int end = (int) free.stream().takeWhile(id -> id != closing).count();
      GenerationOptions options = GREEDY.withStopTokenIds(TokenIds.of(closing));
      assertThat(alone(model.engine(), GenerationRequest.of(PROMPTS.get(2), options)))
          .isEqualTo(free.slice(0, end + 1));
    }
  }

  @Test
  public void promptsReadInPartsAndTogetherGiveTheSameTokens() {
    applies(supportsGeneration());
    try (Model model = inference();
        GenerationSession session = model.engine().openSession(LIMITS.withPromptTokens(3))) {
      List<GenerationRequest> requests = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        // Every prompt twice, not side by side: one reads it for both.
        requests.add(new GenerationRequest(PROMPTS.get(i % 4), i < 5 ? SAMPLED : GREEDY, 7, i));
      }
      requests.forEach(session::add);
      Map<Long, TokenIds> answers = drain(session);
      for (int i = 0; i < requests.size(); i++) {
        assertThat(answers.get((long) i)).isEqualTo(alone(model.engine(), requests.get(i)));
      }
    }
  }

  @Test
  public void withoutGenerationASessionIsRefusedLoudly() {
    applies(!supportsGeneration());
    try (Model model = inference()) {
      assertThatThrownBy(() -> model.engine().openSession(LIMITS))
          .isInstanceOf(UnsupportedFeatureException.class);
    }
  }
}
