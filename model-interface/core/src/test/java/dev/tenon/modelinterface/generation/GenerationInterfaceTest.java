package dev.tenon.modelinterface.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.backend.testkit.ByteTokenizer;
import dev.tenon.backend.testkit.ScriptedEngine;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.model.Model;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import org.junit.jupiter.api.Test;

class GenerationInterfaceTest {
  /** Repeats the prompt's last token as often as the prompt is long, then eos. */
  private final Model model =
      ScriptedEngine.model(
          new ByteTokenizer(),
          100,
          (prompt, answer) ->
              new long[] {
                answer.size() < prompt.length ? prompt[prompt.length - 1] : ByteTokenizer.EOS
              });

  private final NamedArray prompts =
      NamedArray.builder(Items.ofLengths(1, 3))
          .put("input_ids", TensorData.ofLongs(new long[] {7, 1, 2, 3}, 4))
          .build();

  @Test
  void everyPromptGetsOneAnswerThatTheTokenizersEosEnds() {
    GenerationInterface generation = new GenerationInterface(GenerationOptions.greedy(3));
    NamedArray answers = generation.generate(model, prompts);

    assertThat(answers.items().lengths()).containsExactly(3, 6);
    assertThat(answers.get("input_ids").toLongs()).containsExactly(7, 7, 257, 1, 2, 3, 3, 3, 3);
    assertThat(answers.get("prompt_mask").toBooleans())
        .containsExactly(true, false, false, true, true, true, false, false, false);
    assertThat(answers.get("truncated").toBooleans()).containsExactly(false, true);
  }

  @Test
  void ignoringEosGoesOnToTheLength() {
    GenerationInterface generation =
        new GenerationInterface(GenerationOptions.greedy(3).ignoringEos());

    assertThat(generation.generate(model, prompts).items().lengths()).containsExactly(4, 6);
  }

  @Test
  void severalSamplesAreSequencesOfTheirPromptsItem() {
    GenerationInterface generation =
        new GenerationInterface(GenerationOptions.sampling(3).withSamples(2), 9);
    NamedArray answers = generation.generate(model, prompts);

    assertThat(answers.items().ids()).isEqualTo(prompts.items().ids());
    assertThat(answers.items().sequencesPerItem()).containsExactly(2, 2);
    assertThat(answers.items().lengths()).containsExactly(3, 3, 6, 6);
    assertThat(answers.get("input_ids").toLongs())
        .containsExactly(7, 7, 257, 7, 7, 257, 1, 2, 3, 3, 3, 3, 1, 2, 3, 3, 3, 3);
    assertThat(answers.get("logprobs").size()).isEqualTo(14);
    assertThat(answers.get("truncated").toBooleans()).containsExactly(false, false, true, true);
  }

  @Test
  void otherVerbsAreRefused() {
    GenerationInterface generation = new GenerationInterface(GenerationOptions.greedy(3));

    assertThatThrownBy(() -> generation.inference(model, prompts))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContainingAll("GenerationInterface", "inference");
    assertThatThrownBy(() -> generation.trainStep(model, prompts))
        .isInstanceOf(UnsupportedFeatureException.class);
  }
}
