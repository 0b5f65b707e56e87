package dev.tenon.modelinterface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnknownNameException;
import dev.tenon.modelinterface.sft.SftInterface;
import dev.tenon.spec.ArgumentSchema;
import dev.tenon.spec.Arguments;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelInterfaceRegistryTest {
  private final ModelInterfaceRegistry registry = ModelInterfaceRegistry.fromServiceLoader();

  @Test
  void theServiceLoaderFindsOurInterfaces() {
    assertThat(registry.types()).containsExactly("generation", "sft");
    assertThat(registry.create("sft", Arguments.none())).isInstanceOf(SftInterface.class);
  }

  @Test
  void argumentsReachTheInterface() {
    Arguments arguments =
        Arguments.of("max_new_tokens", 7)
            .with("eos_token_ids", List.of(2, 3L))
            .with("ignore_eos", true);

    assertThat(registry.create("generation", arguments))
        .hasToString(
            "GenerationInterface(GenerationOptions[maxNewTokens=7, eosTokenIds=[2, 3],"
                + " ignoreEos=true])");
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
                    Arguments.of("max_new_tokens", 3).with("eos_token_ids", List.of("two"))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("argument eos_token_ids: two (expected: whole numbers)");
  }

  @Test
  void anUnknownTypeListsTheKnownOnes() {
    assertThatThrownBy(() -> registry.create("stf", Arguments.none()))
        .isInstanceOf(UnknownNameException.class)
        .hasMessageContaining("[generation, sft]");
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
