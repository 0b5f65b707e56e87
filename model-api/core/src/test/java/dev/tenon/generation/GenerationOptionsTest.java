package dev.tenon.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InvalidInputException;
import dev.tenon.tensor.TokenIds;
import java.util.List;
import org.junit.jupiter.api.Test;

class GenerationOptionsTest {
  @Test
  void everyOptionIsPrinted() {
    GenerationOptions options =
        GenerationOptions.sampling(9)
            .withMaxNewTokens(8)
            .withMinNewTokens(2)
            .withTemperature(0.5)
            .withTopK(4)
            .withTopP(0.9)
            .withMinP(0.1)
            .withRepetitionPenalty(1.2)
            .withSamples(3)
            .withEosTokenIds(TokenIds.of(1))
            .withStopTokenIds(TokenIds.of(7, 8))
            .ignoringEos();
    assertThat(options)
        .hasToString(
            "GenerationOptions[maxNewTokens=8, minNewTokens=2, doSample=true, temperature=0.5,"
                + " topK=4, topP=0.9, minP=0.1, repetitionPenalty=1.2, samples=3,"
                + " eosTokenIds=[1], stopTokenIds=[7, 8], ignoreEos=true,"
                + " logitsProcessors=[]]");
    assertThat(GenerationOptions.greedy(3))
        .hasToString(
            "GenerationOptions[maxNewTokens=3, minNewTokens=0, doSample=false, temperature=1.0,"
                + " topK=0, topP=1.0, minP=0.0, repetitionPenalty=1.0, samples=1,"
                + " eosTokenIds=[], stopTokenIds=[], ignoreEos=false,"
                + " logitsProcessors=[]]");
  }

  @Test
  void everyProblemOfACallIsReportedUnderHuggingFacesName() {
    TokenIds none = TokenIds.of();
    assertThatThrownBy(
            () ->
                new GenerationOptions(
                    0,
                    -1,
                    true,
                    0,
                    -1,
                    1.5,
                    Double.NaN,
                    -1,
                    0,
                    TokenIds.of(-2),
                    none,
                    false,
                    List.of()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "max_new_tokens: 0 (expected: > 0); min_new_tokens: -1 (expected: 0 to max_new_tokens"
                + " 0); temperature: 0.0 (expected: > 0); top_k: -1 (expected: >= 0); top_p: 1.5"
                + " (expected: 0 to 1); min_p: NaN (expected: 0 to 1); repetition_penalty: -1.0"
                + " (expected: > 0); num_return_sequences: 0 (expected: > 0); eos_token_id: [-2]"
                + " (expected: ids >= 0)");
  }

  @Test
  void greedyRefusesWhatOnlySamplingReads() {
    GenerationOptions greedy = GenerationOptions.greedy(4);
    assertThatThrownBy(() -> greedy.withTemperature(0.7))
        .hasMessage("temperature: 0.7 (expected: 1 without do_sample)");
    assertThatThrownBy(() -> greedy.withTopK(5)).hasMessageStartingWith("top_k: 5");
    assertThatThrownBy(() -> greedy.withTopP(0.5)).hasMessageStartingWith("top_p: 0.5");
    assertThatThrownBy(() -> greedy.withMinP(0.5)).hasMessageStartingWith("min_p: 0.5");
    assertThatThrownBy(() -> greedy.withSamples(2))
        .hasMessage("num_return_sequences: 2 (expected: 1 without do_sample)");
  }

  @Test
  void eosIdsCloseUnlessTheyAreIgnoredAndStopIdsAlways() {
    GenerationOptions options =
        GenerationOptions.greedy(4)
            .withEosTokenIds(TokenIds.of(1))
            .withStopTokenIds(TokenIds.of(2, 3));
    assertThat(options.closingIds().toArray()).containsExactlyInAnyOrder(1, 2, 3);
    assertThat(options.ignoringEos().closingIds()).isEqualTo(TokenIds.of(2, 3));
  }
}
