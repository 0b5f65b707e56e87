package dev.tenon.cli.catalog;

import dev.tenon.catalog.Catalog;
import dev.tenon.catalog.Description;
import dev.tenon.catalog.spec.InvalidSpecException;
import dev.tenon.catalog.spec.SpecProblem;
import dev.tenon.internal.Json;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tenon register}. */
@Command(
    name = "register",
    description = {
      "Register models, datasets, servers, notebooks and jobs by their descriptions.",
      "All of them together or none; what they refer to must be among them or registered.",
      "Exit code: 0 registered, 1 a description is not accepted."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class RegisterCommand implements Callable<Integer> {
  @Spec private CommandSpec command = CommandSpec.create();

  @Parameters(
      paramLabel = "FILE|URL",
      arity = "1..*",
      description = "A .yaml, .yml, or a .tar.gz, .tgz that holds one.")
  private List<String> locations = List.of();

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "In place of the name in the description, of which there is one then.")
  private Optional<String> name = Optional.empty();

  @Option(
      names = "--replace",
      description = "In place of a registered description of the same name.")
  private boolean replace;

  @Mixin private HomeOptions home = new HomeOptions();

  /** For picocli. */
  public RegisterCommand() {}

  @Override
  public Integer call() {
    PrintWriter out = command.commandLine().getOut();
    PrintWriter err = command.commandLine().getErr();
    try (Catalog catalog = home.open()) {
      List<Description> registered = catalog.register(locations, name, replace);
      for (Description each : registered) {
        each.spec().warnings().forEach(x -> err.println(x + " (warning)"));
        out.println(
            home.json()
                ? Json.compact(json(each))
                : each.spec().kind().label() + " " + each.name());
      }
      return 0;
    } catch (InvalidSpecException e) {
      for (SpecProblem each : e.errors()) {
        err.println(each);
      }
      e.warnings().forEach(x -> err.println(x + " (warning)"));
      return 1;
    } finally {
      out.flush();
      err.flush();
    }
  }

  private static Map<String, @Nullable Object> json(Description description) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("kind", description.spec().kind().label());
    json.put("name", description.name());
    json.put("spec", description.spec().toMap());
    return json;
  }
}
