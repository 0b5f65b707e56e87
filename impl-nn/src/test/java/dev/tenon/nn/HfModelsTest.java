package dev.tenon.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InvalidInputException;
import dev.tenon.model.Model;
import dev.tenon.model.ModelRegistry;
import dev.tenon.nn.family.llama.LlamaConfig;
import dev.tenon.spec.Arguments;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.TokenIds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HfModelsTest {
  @TempDir Path temp;

  @Test
  void theServiceLoaderFindsTheFactories() {
    assertThat(HfModels.registry().types()).containsExactly("hf", "hf-from-config");
    assertThat(ModelRegistry.fromServiceLoader().types()).contains("hf", "hf-from-config");
  }

  @Test
  void aModelFromScratchIsSavedAndOpenedByName() throws IOException {
    Path tokenizer = Files.createDirectory(temp.resolve("tokenizer"));
    for (String name : new String[] {"tokenizer.json", "tokenizer_config.json"}) {
      Files.copy(Resources.path("families/llama").resolve(name), tokenizer.resolve(name));
    }
    LlamaConfig config = LlamaConfig.of(340, 8, 20, 1, 2).withTiedHead(true);
    Model start = HfModels.create("actor", Device.cpu(), config.toMap(), tokenizer, 3);
    Path saved = Files.createDirectory(temp.resolve("saved"));
    start.network().save(saved, start.network().weights());
    Model opened =
        HfModels.registry().create("hf", "actor", Device.cpu(), Arguments.of("path", saved));
    assertThat(opened.network().parameters()).isEqualTo(start.network().parameters());
    assertThat(opened.tokenizer().eosTokenIds()).isEqualTo(TokenIds.of(2));
    assertThat(saved.resolve("config.json"))
        .content()
        .contains("\"bos_token_id\": 1", "\"eos_token_id\": 2");
    assertThat(opened)
        .hasToString(
            "Model(actor, LlamaForCausalLM(layers 1, hidden 8, vocabulary 340, parameters 3480),"
                + " cpu)");
  }

  @Test
  void otherSpellingsOfThePathAreSuggested() {
    ModelRegistry models = HfModels.registry();
    for (String spelling : new String[] {"pretrained_model_name_or_path", "model_path", "pth"}) {
      assertThatThrownBy(() -> models.create("hf", "a", Device.cpu(), Arguments.of(spelling, "x")))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("did you mean path?");
    }
  }
}
