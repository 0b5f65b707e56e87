package dev.tenon.backend.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.error.EngineClosedException;
import dev.tenon.error.InsufficientMemoryException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.generation.FinishReason;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.generation.GenerationRequest;
import dev.tenon.generation.GenerationSession;
import dev.tenon.generation.Piece;
import dev.tenon.generation.SessionLimits;
import dev.tenon.model.Engine;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import dev.tenon.tensor.TokenIds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TorchSessionTest {
  private static final SessionLimits LIMITS = new SessionLimits(8, 1000);
  private static final List<TokenIds> PROMPTS =
      List.of(
          TokenIds.of(1, 5, 9, 12),
          TokenIds.of(7),
          TokenIds.of(3, 3, 4, 20, 21, 22, 8, 8, 17),
          TokenIds.of(28, 2));

  private static Model model;
  private static Engine engine;

  @BeforeAll
  static void open() {
    model = new PyTorchBackend().initializeForInference(TinyLlama.create(false));
    engine = model.engine();
  }

  @AfterAll
  static void close() {
    model.close();
    assertThat(TorchBridge.openHandles().values()).isZero();
  }

  private static GenerationRequest request(TokenIds prompt, int maxNewTokens) {
    return GenerationRequest.of(prompt, GenerationOptions.greedy(maxNewTokens).ignoringEos());
  }

  private static Map<Long, TokenIds> drain(GenerationSession session) {
    Map<Long, TokenIds> answers = new HashMap<>();
    while (session.live() > 0) {
      session.step().forEach(piece -> answers.merge(piece.id(), piece.tokenIds(), TokenIds::concat));
    }
    return answers;
  }

  private static TokenIds alone(TokenIds prompt, int maxNewTokens) {
    try (GenerationSession session = engine.openSession(LIMITS)) {
      long id = session.add(request(prompt, maxNewTokens));
      return drain(session).get(id);
    }
  }

  @Test
  void greedyTokensAreTheLikeliestOfTheWholeForwardPass() {
    TokenIds prompt = PROMPTS.get(2);
    TokenIds all = prompt.concat(alone(prompt, 12));
    NamedArray batch =
        NamedArray.builder(Items.ofLengths(all.size()))
            .put("input_ids", TensorData.ofLongs(all.toArray(), all.size()))
            .build();
    TensorData logits = engine.forward(batch, Output.LOGITS).get("logits");
    for (int t = prompt.size(); t < all.size(); t++) {
      assertThat(all.get(t)).isEqualTo(likeliest(logits, t - 1));
    }
  }

  private static long likeliest(TensorData logits, int row) {
    int best = 0;
    for (int v = 1; v < TinyLlama.VOCABULARY; v++) {
      float value = logits.getFloat((long) row * TinyLlama.VOCABULARY + v);
      best = value > logits.getFloat((long) row * TinyLlama.VOCABULARY + best) ? v : best;
    }
    return best;
  }

  @Test
  void aBatchOfDifferentLengthsAnswersAsEachPromptAlone() {
    try (GenerationSession session = engine.openSession(LIMITS)) {
      List<Long> ids = new ArrayList<>();
      for (int i = 0; i < PROMPTS.size(); i++) {
        ids.add(session.add(request(PROMPTS.get(i), 5 + 3 * i)));
      }
      Map<Long, TokenIds> answers = drain(session);
      for (int i = 0; i < PROMPTS.size(); i++) {
        assertThat(answers.get(ids.get(i))).isEqualTo(alone(PROMPTS.get(i), 5 + 3 * i));
      }
    }
  }

  @Test
  void requestsJoinAndLeaveWhileOthersGoOn() {
    try (GenerationSession session = engine.openSession(new SessionLimits(3, 1000));
        GenerationSession other = engine.openSession(LIMITS)) {
      Map<Long, TokenIds> answers = new HashMap<>();
      final long first = session.add(request(PROMPTS.get(0), 4));
      final long second = session.add(request(PROMPTS.get(1), 20));
      take(session, answers, 2);
      final long beside = other.add(request(PROMPTS.get(3), 6));
      final long third = session.add(request(PROMPTS.get(2), 15));
      take(session, answers, 1);
      session.cancel(second);
      final long fourth = session.add(request(PROMPTS.get(3), 9));
      drain(session).forEach((id, tail) -> answers.merge(id, tail, TokenIds::concat));
      assertThat(answers.get(first)).isEqualTo(alone(PROMPTS.get(0), 4));
      assertThat(answers.get(second)).isEqualTo(alone(PROMPTS.get(1), 20).slice(0, 3));
      assertThat(answers.get(third)).isEqualTo(alone(PROMPTS.get(2), 15));
      assertThat(answers.get(fourth)).isEqualTo(alone(PROMPTS.get(3), 9));
      assertThat(drain(other).get(beside)).isEqualTo(alone(PROMPTS.get(3), 6));
    }
  }

  private static void take(GenerationSession session, Map<Long, TokenIds> answers, int steps) {
    for (int i = 0; i < steps; i++) {
      session.step().forEach(piece -> answers.merge(piece.id(), piece.tokenIds(), TokenIds::concat));
    }
  }

  @Test
  void theClosingTokenIsPartOfTheAnswerAndFreesTheSlot() {
    TokenIds answer = alone(PROMPTS.get(0), 6);
    long eos = answer.get(3);
    int end = (int) answer.stream().takeWhile(id -> id != eos).count();
    GenerationOptions options = GenerationOptions.greedy(6).withEosTokenIds(TokenIds.of(eos));
    try (GenerationSession session = engine.openSession(LIMITS)) {
      session.add(GenerationRequest.of(PROMPTS.get(0), options));
      List<Piece> pieces = new ArrayList<>();
      while (session.live() > 0) {
        pieces.addAll(session.step());
      }
      assertThat(pieces).hasSize(end + 1);
      assertThat(pieces.get(end).tokenIds()).isEqualTo(TokenIds.of(eos));
      assertThat(pieces.get(end).finishReason()).isEqualTo(Optional.of(FinishReason.STOP));
      assertThat(session.step()).isEmpty();
    }
  }

  @Test
  void logprobsAreThoseOfTheForwardPass() {
    NamedArray prompt =
        NamedArray.builder(Items.ofLengths(4))
            .put("input_ids", TensorData.ofLongs(PROMPTS.get(0).toArray(), 4))
            .build();
    NamedArray answer = engine.generate(prompt, GenerationOptions.greedy(5).ignoringEos());
    TensorData expected = engine.forward(answer, Output.TOKEN_LOGPROBS).get("token_logprobs");
    for (int t = 0; t < 8; t++) {
      float found = answer.get("logprobs").getFloat(t);
      float wanted = t < 3 ? 0 : expected.getFloat(t);
      assertThat(Math.abs(found - wanted)).isLessThan(1e-5f);
    }
    assertThat(answer.get("truncated").getBoolean(0)).isTrue();
    assertThat(answer.get("finish_reason").getLong(0)).isEqualTo(1);
  }

  @Test
  void limitsAreRefusedBeforeAnythingIsAllocated() {
    try (GenerationSession session = engine.openSession(new SessionLimits(2, 20))) {
      session.add(request(PROMPTS.get(0), 4));
      assertThatThrownBy(() -> session.add(request(PROMPTS.get(2), 4)))
          .isInstanceOf(InsufficientMemoryException.class)
          .hasMessageContaining("2 requests of 21 cache tokens");
      assertThatThrownBy(() -> session.add(request(PROMPTS.get(2), 12)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("request: 21 cache tokens");
      assertThatThrownBy(() -> session.add(request(TokenIds.of(1, 400), 2)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage("prompt token: 400 (expected: 0 to 28)");
      assertThat(drain(session)).hasSize(1);
    }
  }

  @Test
  void aContextThatIsTooLongIsRefused() {
    try (GenerationSession session = engine.openSession(new SessionLimits(1, 10_000))) {
      assertThatThrownBy(() -> session.add(request(PROMPTS.get(0), 2045)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "prompt and max_new_tokens: 4 + 2045 (expected: at most max_position_embeddings 2048)");
    }
  }

  @Test
  void aClosedSessionRefusesCalls() {
    GenerationSession session = engine.openSession(LIMITS);
    session.close();
    session.close();
    assertThatThrownBy(session::step).isInstanceOf(EngineClosedException.class);
  }
}
