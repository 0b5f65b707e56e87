package dev.tenon.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.checkpoint.Weights;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnknownNameException;
import dev.tenon.spec.ArgumentSchema;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.ModelConfig;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.TokenIds;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ModelRegistryTest {
  private final ModelRegistry registry = new ModelRegistry();

  ModelRegistryTest() {
    ArgumentSchema schema = ArgumentSchema.none().required("size", Integer.class);
    registry.register(
        ModelFactory.of(
            "my_model",
            schema,
            (name, device, arguments) ->
                new Model(
                    name,
                    new Described("size " + arguments.get("size", Integer.class)),
                    new Letters(),
                    device)));
    registry.register(new Suffix("first"));
    registry.register(new Suffix("second"));
  }

  @Test
  void createsAModelByTypeUnderAName() {
    Model model = registry.create("my_model", "actor", Device.cpu(), Arguments.of("size", 3));
    assertThat(model).hasToString("Model(actor, size 3, cpu)");
  }

  @Test
  void wrapsInTheOrderOfTheConfiguration() {
    ModelConfig config =
        ModelConfig.fromMap(
            Map.of(
                "type", "my_model",
                "args", Map.of("size", 3),
                "wrappers", List.of(Map.of("type", "first"), Map.of("type", "second"))));
    assertThat(registry.create(config, "actor", Device.cpu()).name())
        .isEqualTo("actor+first+second");
  }

  @Test
  void anUnknownTypeListsTheKnownOnesAndTheNearest() {
    assertThatThrownBy(() -> registry.create("my-modell", "a", Device.cpu(), Arguments.none()))
        .isInstanceOf(UnknownNameException.class)
        .hasMessage("model type: my-modell (expected: one of [my_model]; did you mean my_model?)");
  }

  @Test
  void anAbsentArtifactIsNamed() {
    assertThatThrownBy(() -> registry.create("hf", "a", Device.cpu(), Arguments.none()))
        .hasMessage(
            "model type: hf (expected: one of [my_model]; add the artifact dev.tenon:tenon-nn)");
    assertThatThrownBy(() -> ModelBackend.fromServiceLoader().get("pytorch"))
        .hasMessage(
            "backend: pytorch (expected: one of []; add the artifact dev.tenon:tenon-pytorch)");
  }

  @Test
  void namesAreShortAndRegisteredOnce() {
    Registry<Integer> numbers = new Registry<>("number", Map.of());
    numbers.register("one", 1);
    assertThatThrownBy(() -> numbers.register("one", 2))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("number: one (expected: a name that is not registered yet)");
    for (String name : new String[] {"", "One", "1", "a b", "é", "x".repeat(65)}) {
      assertThatThrownBy(() -> numbers.register(name, 2)).isInstanceOf(InvalidInputException.class);
    }
    assertThat(numbers.get("one")).isEqualTo(1);
  }

  @Test
  void aDescriptionIsNoEngineAndSaysWhatWouldBe() {
    Model model = registry.create("my_model", "actor", Device.cpu(), Arguments.of("size", 3));
    assertThatThrownBy(model::trainEngine)
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("module: Network (expected: a model from ModelBackend.initialize)");
    model.close();
  }

  private record Suffix(String type) implements ModelWrapper {
    @Override
    public ArgumentSchema schema() {
      return ArgumentSchema.none();
    }

    @Override
    public Model wrap(Model model, Arguments arguments) {
      return new Model(
          model.name() + "+" + type, model.module(), model.tokenizer(), model.device());
    }
  }

  private record Described(String text) implements Network {
    @Override
    public String architecture() {
      return text;
    }

    @Override
    public Head head() {
      return Head.CAUSAL_LM;
    }

    @Override
    public List<Parameter> parameters() {
      return List.of();
    }

    @Override
    public Program program() {
      return new Program("def f(self): pass", 1, 1, 1, 1, 1);
    }

    @Override
    public Weights weights() {
      throw new UnsupportedOperationException();
    }

    @Override
    public int maxPositions() {
      return 1;
    }

    @Override
    public void save(Path directory, Weights weights) {}

    @Override
    public String toString() {
      return text;
    }
  }

  /** A tokenizer of nothing. */
  private record Letters() implements Tokenizer {
    private static final Encoding NOTHING =
        new Encoding(TokenIds.of(), List.of(), List.of(), List.of(), List.of(), List.of());

    @Override
    public Encoding encode(String text, boolean addSpecialTokens) {
      return NOTHING;
    }

    @Override
    public Encoding encodePair(String first, String second, boolean addSpecialTokens) {
      return NOTHING;
    }

    @Override
    public List<Encoding> encodeBatch(List<String> texts, Padding padding, int maxLength) {
      return List.of();
    }

    @Override
    public String decode(TokenIds ids, boolean skipSpecialTokens) {
      return "";
    }

    @Override
    public OptionalLong tokenToId(String token) {
      return OptionalLong.empty();
    }

    @Override
    public Optional<String> idToToken(long id) {
      return Optional.empty();
    }

    @Override
    public int vocabSize() {
      return 0;
    }

    @Override
    public OptionalLong bosTokenId() {
      return OptionalLong.empty();
    }

    @Override
    public TokenIds eosTokenIds() {
      return TokenIds.of();
    }

    @Override
    public OptionalLong padTokenId() {
      return OptionalLong.empty();
    }
  }
}
