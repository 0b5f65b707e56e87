package dev.tenon.cli;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Model;
import dev.tenon.model.ModelBackend;
import dev.tenon.model.ModelRegistry;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.InferenceSpec;
import dev.tenon.spec.Precision;
import dev.tenon.tensor.Device;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tenon quantize}: a smaller directory that opens faster, for inference. */
@Command(
    name = "quantize",
    description = {
      "Save a model with weights of 8 or 4 bits, for inference with Tenon.",
      "What the precision costs is told by the command quality."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class QuantizeCommand implements Callable<Integer> {
  @Mixin private ModelOption model = new ModelOption();

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "New directory for the result.")
  private Path output = Path.of("");

  @Option(
      names = "--precision",
      paramLabel = "NAME",
      defaultValue = "int8",
      description = "int8 or int4 (${DEFAULT-VALUE}).")
  private String precision = "";

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      defaultValue = "pytorch",
      description = "What quantizes (${DEFAULT-VALUE}).")
  private String backend = "";

  @Override
  public Integer call() {
    OutputDirectory.check(output, model.directory());
    Precision wanted = Precision.of(precision);
    if (wanted != Precision.INT8 && wanted != Precision.INT4) {
      throw new InvalidInputException(Problems.problem("precision", precision, "int8 or int4"));
    }
    InferenceSpec spec = InferenceSpec.defaults().precision(wanted);
    Model base =
        ModelRegistry.fromServiceLoader()
            .create("hf", "quantize", Device.cpu(), Arguments.of("path", model.directory()));
    ModelBackend found = ModelBackend.fromServiceLoader().get(backend);
    try (Model running = found.initializeForInference(base, spec)) {
      running.engine().save(output);
    }
    return 0;
  }
}
