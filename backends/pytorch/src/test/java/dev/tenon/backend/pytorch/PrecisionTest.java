package dev.tenon.backend.pytorch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.backend.testkit.LeakExtension;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.nn.family.gpt2.Gpt2Config;
import dev.tenon.spec.InferenceSpec;
import dev.tenon.spec.Precision;
import dev.tenon.tensor.NamedArray;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Inference in less than F32. */
class PrecisionTest {
  @RegisterExtension static final LeakExtension LEAKS = NativeLeaks.extension();

  private static final NamedArray BATCH = TinyLlama.batch(1, 6, 3, 10);
  private static final Output[] OUTPUTS = {Output.LOGITS, Output.HIDDEN, Output.TOKEN_LOGPROBS};

  /** Llama with layers that 4-bit kernels cannot hold and with ones that they can; GPT-2. */
  static Stream<Case> cases() {
    Model gpt2 = TinyLlama.create(Gpt2Config.of(TinyLlama.VOCABULARY, 64, 2, 4).toMap());
    return Stream.of(Precision.BF16, Precision.F16, Precision.INT8, Precision.INT4)
        .flatMap(
            x ->
                Stream.of(
                    new Case(x, TinyLlama.create(false)),
                    new Case(x, TinyLlama.create(true)),
                    new Case(x, TinyLlama.deep()),
                    new Case(x, gpt2)));
  }

  record Case(Precision precision, Model network) {
    Model open() {
      return PrecisionTest.open(network, precision);
    }

    /**
     * Relative L2 error of outputs. Rounding makes errors of about 0.2 % of a weight in BF16, 0.02
     * % in F16, 1 % of weights and activations with 8 bits, 10 % of weights with 4; layers add them
     * in squares.
     */
    double bound() {
      return switch (precision) {
        case BF16 -> 0.03;
        case F16 -> 0.003;
        case INT8 -> 0.1;
        default -> 0.5;
      };
    }

    @Override
    public String toString() {
      return precision + " " + network.network().architecture();
    }
  }

  private static Model open(Model network, Precision precision) {
    return new PyTorchBackend()
        .initializeForInference(network, InferenceSpec.defaults().precision(precision));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void outputsStayNearThoseOfF32(Case each) {
    try (Model exact = open(each.network, Precision.F32);
        Model model = each.open()) {
      NamedArray expected = exact.engine().forward(BATCH, OUTPUTS);
      NamedArray found = model.engine().forward(BATCH, OUTPUTS);
      for (String name : expected.names()) {
        double error = error(found.get(name).toFloats(), expected.get(name).toFloats());
        assertThat(error).as(name).isGreaterThan(0).isLessThan(each.bound());
      }
      assertThat(model.engine().toString()).contains(each.precision.label());
    }
  }

  /** One row and many take other ways through the kernels; the answer is the same one. */
  @ParameterizedTest
  @MethodSource("cases")
  void stepsFollowTheLogitsOfWholePasses(Case each) {
    try (Model model = each.open()) {
      NamedArray answer =
          model.engine().generate(BATCH.item(0), GenerationOptions.greedy(5).ignoringEos());
      NamedArray whole = model.engine().forward(answer, Output.LOGITS);
      float[] logits = whole.get(Output.LOGITS.field()).toFloats();
      long[] ids = answer.get("input_ids").toLongs();
      int vocabulary = TinyLlama.VOCABULARY;
      for (int at = 6; at < ids.length; at++) {
        float chosen = logits[(at - 1) * vocabulary + (int) ids[at]];
        float most = Float.NEGATIVE_INFINITY;
        double squares = 0;
        for (int id = 0; id < vocabulary; id++) {
          float logit = logits[(at - 1) * vocabulary + id];
          most = Math.max(most, logit);
          squares += logit * logit;
        }
        double scale = Math.sqrt(squares / vocabulary);
        assertThat(most - chosen).isLessThan((float) (each.bound() * scale));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BF16", "F16", "INT8", "INT4"})
  void theSameRunsGiveTheSameBits(Precision precision) {
    try (Model first = open(TinyLlama.deep(), precision);
        Model second = open(TinyLlama.deep(), precision)) {
      assertThat(first.engine().forward(BATCH, OUTPUTS))
          .isEqualTo(second.engine().forward(BATCH, OUTPUTS));
    }
  }

  @Test
  void f32ByNameIsTheDefaultBitForBit() {
    Model network = TinyLlama.create(true);
    InferenceSpec spec = InferenceSpec.defaults().precision(Precision.F32).threads(1);
    try (Model plain = new PyTorchBackend().initializeForInference(network);
        Model named = new PyTorchBackend().initializeForInference(network, spec)) {
      assertThat(named.engine().forward(BATCH, OUTPUTS))
          .isEqualTo(plain.engine().forward(BATCH, OUTPUTS));
    }
  }

  private static double error(float[] found, float[] expected) {
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += Math.pow((double) found[i] - expected[i], 2);
      norm += Math.pow(expected[i], 2);
    }
    return Math.sqrt(difference / norm);
  }
}
