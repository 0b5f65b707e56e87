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
import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import dev.tenon.tensor.TokenIds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Requests that ask for more than the likeliest token. */
class SampledSessionTest {
  @RegisterExtension static final LeakExtension LEAKS = NativeLeaks.extension();

  private static final SessionLimits LIMITS = new SessionLimits(16, 4000);
  private static final List<TokenIds> PROMPTS =
      List.of(
          TokenIds.of(1, 5, 9, 12),
          TokenIds.of(7),
          TokenIds.of(3, 3, 4, 20, 21, 22, 8, 8, 17),
          TokenIds.of(28, 2));
  private static final GenerationOptions SAMPLING = GenerationOptions.sampling(20).ignoringEos();

  /** One of each kind; what none of them asks for no step computes. */
  private static final List<GenerationOptions> KINDS =
      List.of(
          SAMPLING,
          GenerationOptions.greedy(15).ignoringEos(),
          SAMPLING.withTemperature(0.7).withTopK(5),
          SAMPLING.withTopP(0.8).withMaxNewTokens(11),
          SAMPLING.withMinP(0.1).withRepetitionPenalty(1.3),
          GenerationOptions.greedy(18).ignoringEos().withRepetitionPenalty(1.5),
          SAMPLING.withTopK(9).withTopP(0.9).withMinP(0.05).withTemperature(1.5),
          GenerationOptions.greedy(12).withStopTokenIds(TokenIds.of(3, 4, 5)).withMinNewTokens(12));

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

  private static GenerationRequest request(int i) {
    return new GenerationRequest(PROMPTS.get(i % 4), KINDS.get(i), 100 + i, i % 3);
  }

  private static Map<Long, TokenIds> drain(GenerationSession session) {
    Map<Long, TokenIds> answers = new HashMap<>();
    while (session.live() > 0) {
      take(session, answers);
    }
    return answers;
  }

  private static void take(GenerationSession session, Map<Long, TokenIds> answers) {
    session.step().forEach(x -> answers.merge(x.id(), x.tokenIds(), TokenIds::concat));
  }

  private static TokenIds alone(GenerationRequest request) {
    try (GenerationSession session = engine.openSession(LIMITS)) {
      long id = session.add(request);
      return drain(session).get(id);
    }
  }

  @Test
  void everyKindOfRequestGetsBesideTheOthersWhatItGetsAlone() {
    try (GenerationSession session = engine.openSession(LIMITS)) {
      for (int i = 0; i < KINDS.size(); i++) {
        session.add(request(i));
      }
      Map<Long, TokenIds> answers = drain(session);
      for (int i = 0; i < KINDS.size(); i++) {
        assertThat(answers.get((long) i)).as("request %s", i).isEqualTo(alone(request(i)));
      }
    }
  }

  @Test
  void requestsThatJoinLeaveOrAreCancelledChangeNoOther() {
    try (GenerationSession session = engine.openSession(LIMITS);
        GenerationSession other = engine.openSession(LIMITS)) {
      Map<Long, TokenIds> answers = new HashMap<>();
      Map<Long, TokenIds> beside = new HashMap<>();
      for (int i = 0; i < KINDS.size(); i++) {
        session.add(request(i));
        other.add(request(7 - i));
        take(session, answers);
        take(other, beside);
        if (i == 4) {
          session.cancel(1);
          session.cancel(2);
        }
      }
      session.cancel(7);
      drain(session).forEach((id, tail) -> answers.merge(id, tail, TokenIds::concat));
      drain(other).forEach((id, tail) -> beside.merge(id, tail, TokenIds::concat));
      for (int i = 0; i < KINDS.size(); i++) {
        TokenIds whole = alone(request(i));
        TokenIds found = answers.get((long) i);
        boolean cancelled = i == 1 || i == 2 || i == 7;
        assertThat(found).isEqualTo(cancelled ? whole.slice(0, found.size()) : whole);
        assertThat(beside.get((long) (7 - i))).isEqualTo(whole);
      }
      assertThat(answers.get(2L).size()).isEqualTo(3);
    }
  }

  @Test
  void samplesDifferAndTheSameSeedGivesTheSame() {
    NamedArray prompts = prompts(PROMPTS.get(0), PROMPTS.get(2));
    NamedArray first = engine.generate(prompts, SAMPLING.withSamples(3), 5);
    assertThat(first.items().sequencesPerItem()).containsExactly(3, 3);
    assertThat(first.items().lengths()).containsExactly(24, 24, 24, 29, 29, 29);
    assertThat(answers(first).stream().distinct()).hasSize(6);
    assertThat(engine.generate(prompts, SAMPLING.withSamples(3), 5)).isEqualTo(first);
    assertThat(answers(engine.generate(prompts, SAMPLING.withSamples(3), 6)))
        .doesNotContainAnyElementsOf(answers(first));
    assertThat(answers(engine.generate(prompts, SAMPLING, 5)))
        .containsExactly(answers(first).get(0), answers(first).get(3));
  }

  private static NamedArray prompts(TokenIds... prompts) {
    TokenIds all = TokenIds.of();
    int[] lengths = new int[prompts.length];
    for (int i = 0; i < prompts.length; i++) {
      all = all.concat(prompts[i]);
      lengths[i] = prompts[i].size();
    }
    return NamedArray.builder(Items.ofLengths(lengths))
        .put("input_ids", TensorData.ofLongs(all.toArray(), all.size()))
        .build();
  }

  private static List<TokenIds> answers(NamedArray generated) {
    TokenIds all = TokenIds.of(generated.get("input_ids").toLongs());
    List<TokenIds> answers = new ArrayList<>();
    int start = 0;
    for (int length : generated.items().lengths()) {
      answers.add(all.slice(start, start + length));
      start += length;
    }
    return answers;
  }

  @Test
  void logprobsAreThoseOfTheForwardPassAtTheTemperatureWhateverTheFilters() {
    checkLogprobs(engine);
  }

  /** It generates from fused weights and computes outputs from HuggingFace's. */
  @Test
  void aTrainEnginesLogprobsAreThoseOfItsForwardPass() {
    FinetuneSpec spec = FinetuneSpec.steps(3).learningRate(1e-2);
    try (Model training = new PyTorchBackend().initialize(TinyLlama.create(true), spec)) {
      checkLogprobs(training.engine());
      training.trainEngine().trainBatch(TinyLlama.batch(1, 9, 7), TinyLlama.crossEntropy());
      checkLogprobs(training.engine());
    }
  }

  private static void checkLogprobs(Engine engine) {
    GenerationOptions options =
        SAMPLING.withTemperature(0.6).withTopK(7).withTopP(0.9).withRepetitionPenalty(1.4);
    NamedArray answers = engine.generate(prompts(PROMPTS.get(0)), options.withSamples(4), 1);
    TensorData expected =
        engine
            .forward(answers, OutputRequest.of(Output.TOKEN_LOGPROBS).withTemperature(0.6))
            .get("token_logprobs");
    for (int i = 0; i < answers.get("logprobs").size(); i++) {
      boolean answer = i % 23 >= 3;
      float wanted = answer ? expected.getFloat(i) : 0;
      assertThat(Math.abs(answers.get("logprobs").getFloat(i) - wanted)).isLessThan(1e-5f);
    }
  }

  @Test
  void noClosingTokenComesBeforeMinNewTokens() {
    GenerationOptions free = SAMPLING.withTemperature(3).withMaxNewTokens(200);
    TokenIds closing = TokenIds.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    GenerationOptions held = free.withStopTokenIds(closing).withMinNewTokens(40);
    for (int seed = 0; seed < 10; seed++) {
      List<Piece> pieces = pieces(new GenerationRequest(PROMPTS.get(1), held, seed, 0));
      assertThat(pieces.size()).isBetween(41, 100);
      assertThat(pieces.stream().limit(40)).noneMatch(x -> closing.contains(x.tokenIds().get(0)));
      Piece last = pieces.get(pieces.size() - 1);
      assertThat(last.finishReason()).contains(FinishReason.STOP);
      assertThat(closing.contains(last.tokenIds().get(0))).isTrue();
    }
  }

  private static List<Piece> pieces(GenerationRequest request) {
    List<Piece> pieces = new ArrayList<>();
    try (GenerationSession session = engine.openSession(LIMITS)) {
      session.add(request);
      while (session.live() > 0) {
        pieces.addAll(session.step());
      }
    }
    return pieces;
  }

  @Test
  void topOfOneIsGreedy() {
    GenerationOptions greedy = GenerationOptions.greedy(20).ignoringEos();
    TokenIds likeliest = alone(GenerationRequest.of(PROMPTS.get(2), greedy));
    for (GenerationOptions one :
        List.of(SAMPLING.withTopK(1), SAMPLING.withTopP(0), SAMPLING.withMinP(1))) {
      assertThat(alone(new GenerationRequest(PROMPTS.get(2), one, 77, 0))).isEqualTo(likeliest);
    }
  }
}
