package dev.tenon.samples.springboot;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.modelinterface.text.TextOptions;
import org.jspecify.annotations.Nullable;

/** What a client sends. Without a temperature the answer is greedy. */
record Question(
    @JsonProperty(required = true) String prompt,
    @Nullable Integer maxNewTokens,
    @Nullable Double temperature,
    @Nullable Long seed) {
  private static final int DEFAULT_TOKENS = 64;

  TextOptions options() {
    int tokens = maxNewTokens == null ? DEFAULT_TOKENS : maxNewTokens;
    GenerationOptions options =
        temperature == null
            ? GenerationOptions.greedy(tokens)
            : GenerationOptions.sampling(tokens).withTemperature(temperature);
    return TextOptions.of(options).withSeed(seed == null ? 0 : seed);
  }
}
