package dev.tenon.cli.conformance;

import dev.tenon.generation.GenerationOptions;
import dev.tenon.generation.GenerationRequest;
import dev.tenon.generation.GenerationSession;
import dev.tenon.generation.Piece;
import dev.tenon.generation.SessionLimits;
import dev.tenon.model.Engine;
import dev.tenon.tensor.TokenIds;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Greedy continuations of all prompts in one session, so that rows of different lengths share its
 * steps.
 */
final class GreedyRun {
  private GreedyRun() {}

  /** Generates as many tokens per prompt as the oracle did, past eos. */
  static void run(Engine engine, List<ExpectedNumbers.Greedy> cases, Computed computed) {
    if (cases.isEmpty()) {
      return;
    }
    long cacheTokens =
        cases.stream().mapToLong(x -> (long) x.prompt().size() + x.tokens().size()).sum();
    try (GenerationSession session =
        engine.openSession(new SessionLimits(cases.size(), cacheTokens))) {
      Map<Long, TokenIds> answers = new LinkedHashMap<>();
      for (ExpectedNumbers.Greedy each : cases) {
        GenerationOptions options = GenerationOptions.greedy(each.tokens().size()).ignoringEos();
        answers.put(session.add(GenerationRequest.of(each.prompt(), options)), TokenIds.of());
      }
      while (session.live() > 0) {
        for (Piece piece : session.step()) {
          answers.merge(piece.id(), piece.tokenIds(), TokenIds::concat);
        }
      }
      answers.values().forEach(computed::greedy);
    }
  }
}
