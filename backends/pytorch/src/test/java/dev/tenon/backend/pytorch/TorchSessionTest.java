package dev.tenon.backend.pytorch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.backend.testkit.LeakExtension;
import dev.tenon.generation.FinishReason;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.generation.GenerationRequest;
import dev.tenon.generation.GenerationSession;
import dev.tenon.generation.Piece;
import dev.tenon.generation.SessionLimits;
import dev.tenon.model.Engine;
import dev.tenon.model.Model;
import dev.tenon.tensor.TokenIds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TorchSessionTest {
  @RegisterExtension static final LeakExtension LEAKS = NativeLeaks.extension();

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
  }

  private static GenerationRequest request(TokenIds prompt, int maxNewTokens) {
    return GenerationRequest.of(prompt, GenerationOptions.greedy(maxNewTokens).ignoringEos());
  }

  private static Map<Long, TokenIds> drain(GenerationSession session) {
    Map<Long, TokenIds> answers = new HashMap<>();
    while (session.live() > 0) {
      session
          .step()
          .forEach(piece -> answers.merge(piece.id(), piece.tokenIds(), TokenIds::concat));
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
      session
          .step()
          .forEach(piece -> answers.merge(piece.id(), piece.tokenIds(), TokenIds::concat));
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
}
