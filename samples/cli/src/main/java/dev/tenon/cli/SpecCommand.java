package dev.tenon.cli;

import dev.tenon.catalog.spec.InvalidSpecException;
import dev.tenon.catalog.spec.ModelSpec;
import dev.tenon.catalog.spec.SpecProblem;
import dev.tenon.catalog.spec.SpecReader;
import dev.tenon.internal.Json;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tenon spec}. */
@Command(
    name = "spec",
    description = "Descriptions of models in YAML, as MLX, Substratus and dyff write them.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class SpecCommand {
  @Spec private CommandSpec command = CommandSpec.create();

  @Command(
      name = "check",
      description = {
        "Reads descriptions and tells everything that is wrong with each.",
        "Exit code 1 if one is not accepted."
      },
      mixinStandardHelpOptions = true)
  int check(
      @Parameters(paramLabel = "FILE", arity = "1..*", description = "Descriptions.")
          List<Path> files,
      @Option(names = "--json", description = "One line of JSON for each file.") boolean json,
      @Option(names = "--strict", description = "A field that nobody reads is an error.")
          boolean strict) {
    PrintWriter out = command.commandLine().getOut();
    SpecReader reader = strict ? SpecReader.strict() : SpecReader.lenient();
    int rejected = 0;
    for (Path file : files) {
      Outcome outcome = Outcome.of(reader, file);
      rejected += outcome.spec == null ? 1 : 0;
      if (json) {
        out.println(Json.compact(outcome.toMap(file)));
      } else {
        outcome.print(file, out);
      }
    }
    out.flush();
    return rejected == 0 ? 0 : 1;
  }

  /** What came of a file. */
  private record Outcome(
      @Nullable ModelSpec spec, List<SpecProblem> errors, List<SpecProblem> warnings) {
    static Outcome of(SpecReader reader, Path file) {
      try {
        ModelSpec spec = reader.read(file);
        return new Outcome(spec, List.of(), spec.warnings());
      } catch (InvalidSpecException e) {
        return new Outcome(null, e.errors(), e.warnings());
      }
    }

    Map<String, @Nullable Object> toMap(Path file) {
      Map<String, @Nullable Object> json = new LinkedHashMap<>();
      json.put("file", file.toString());
      json.put("accepted", spec != null);
      json.put("spec", spec == null ? null : spec.toMap());
      json.put("errors", errors.stream().map(SpecProblem::toMap).toList());
      json.put("warnings", warnings.stream().map(SpecProblem::toMap).toList());
      return json;
    }

    void print(Path file, PrintWriter out) {
      errors.forEach(out::println);
      warnings.forEach(x -> out.println(x + " (warning)"));
      if (spec != null) {
        out.printf(
            "%s: %s %s, %s%s%s%n",
            file,
            spec.kind().label(),
            spec.name().identifier(),
            spec.dialect().name().toLowerCase(Locale.ROOT),
            spec.trainable() ? ", trainable" : "",
            spec.servable() ? ", servable" : "");
      }
    }
  }
}
