package dev.tenon.modelinterface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnknownNameException;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.modelinterface.sft.SftInterface;
import dev.tenon.spec.ArgumentSchema;
import dev.tenon.spec.Arguments;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelInterfaceRegistryTest {
  private final ModelInterfaceRegistry registry = ModelInterfaceRegistry.fromServiceLoader();

  @Test
  void theServiceLoaderFindsOurInterfaces() {
    assertThat(registry.types())
        .containsExactly("classification", "embedding", "generation", "sft");
    assertThat(registry.create("sft", Arguments.none())).isInstanceOf(SftInterface.class);
  }

  @Test
  void argumentsReachTheInterface() {
    Arguments arguments =
        Arguments.of("max_new_tokens", 7)
            .with("min_new_tokens", 2)
            .with("do_sample", true)
            .with("temperature", 0.7)
            .with("top_k", 40)
            .with("top_p", 0.9)
            .with("min_p", 0.05)
            .with("repetition_penalty", 1.1)
            .with("num_return_sequences", 4)
            .with("eos_token_id", List.of(2, 3L))
            .with("stop_token_ids", List.of(5))
            .with("ignore_eos", true)
            .with("seed", 11);

    assertThat(registry.create("generation", arguments))
        .hasToString(
            "GenerationInterface(GenerationOptions[maxNewTokens=7, minNewTokens=2, doSample=true,"
                + " temperature=0.7, topK=40, topP=0.9, minP=0.05, repetitionPenalty=1.1,"
                + " samples=4, eosTokenIds=[2, 3], stopTokenIds=[5], ignoreEos=true,"
                + " logitsProcessors=[]], seed 11)");
    assertThat(registry.create("generation", Arguments.of("max_new_tokens", 3)))
        .hasToString("GenerationInterface(" + GenerationOptions.greedy(3) + ", seed 0)");
  }

  @Test
  void wrongArgumentsAreReportedTogether() {
    assertThatThrownBy(
            () ->
                registry.create("generation", Arguments.of("max_tokens", 3).with("ignore_eos", 1)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(
            "did you mean max_new_tokens?", "argument ignore_eos", "argument max_new_tokens");
    assertThatThrownBy(
            () ->
                registry.create(
                    "generation",
                    Arguments.of("max_new_tokens", 3).with("eos_token_id", List.of("two"))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("argument eos_token_id: two (expected: whole numbers)");
  }

  @Test
  void anUnknownTypeListsTheKnownOnes() {
    assertThatThrownBy(() -> registry.create("stf", Arguments.none()))
        .isInstanceOf(UnknownNameException.class)
        .hasMessageContaining("[classification, embedding, generation, sft]");
  }

  @Test
  void anApplicationRegistersItsOwn() {
    ModelInterfaceRegistry own = new ModelInterfaceRegistry();
    own.register(ModelInterfaceFactory.of("mine", ArgumentSchema.none(), x -> new SftInterface()));

    assertThat(own.types()).containsExactly("mine");
    assertThatThrownBy(
            () ->
                own.register(
                    ModelInterfaceFactory.of(
                        "mine", ArgumentSchema.none(), x -> new SftInterface())))
        .isInstanceOf(InvalidInputException.class);
  }
}
