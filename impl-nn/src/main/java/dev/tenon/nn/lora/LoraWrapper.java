package dev.tenon.nn.lora;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Model;
import dev.tenon.model.ModelWrapper;
import dev.tenon.spec.ArgumentSchema;
import dev.tenon.spec.Arguments;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Model wrapper {@code lora}. New adapters: arguments {@code rank} (8), {@code alpha} (the rank),
 * {@code dropout} (0), {@code targets} (a list, or {@code all-linear}, the default), {@code
 * rslora}, {@code modules_to_save}, {@code seed} (0), as in {@link LoraConfig}. Adapters from a
 * directory: {@code adapter} alone. Safe for threads.
 */
public final class LoraWrapper implements ModelWrapper {
  /** The registered name. */
  public static final String NAME = "lora";

  private static final String ADAPTER = "adapter";

  /** The wrapper. */
  public LoraWrapper() {}

  @Override
  public String type() {
    return NAME;
  }

  @Override
  public ArgumentSchema schema() {
    return ArgumentSchema.none()
        .optional("rank", Integer.class, "r", "lora_rank")
        .optional("alpha", Double.class, "lora_alpha")
        .optional("dropout", Double.class, "lora_dropout")
        .optional("targets", Object.class, "target_modules", "lora_targets")
        .optional("rslora", Boolean.class, "use_rslora")
        .optional("modules_to_save", List.class, "modulesToSave")
        .optional("seed", Long.class)
        .optional(ADAPTER, Path.class, "adapter_path", "peft_path", "path");
  }

  @Override
  public Model wrap(Model model, Arguments arguments) {
    Optional<Path> adapter = arguments.find(ADAPTER, Path.class);
    if (adapter.isPresent() && arguments.asMap().size() > 1) {
      throw new InvalidInputException(
          Problems.problem(
              "arguments of lora", arguments.asMap().keySet(), ADAPTER + " alone, or not"));
    }
    long seed = arguments.find("seed", Long.class).orElse(0L);
    return model.withModule(
        adapter
            .map(x -> LoraNetwork.open(model.network(), x))
            .orElseGet(() -> LoraNetwork.create(model.network(), config(arguments), seed)));
  }

  private static LoraConfig config(Arguments arguments) {
    LoraConfig config = LoraConfig.rank(arguments.find("rank", Integer.class).orElse(8));
    return new LoraConfig(
        config.rank(),
        arguments.find("alpha", Double.class).orElse(config.alpha()),
        arguments.find("dropout", Double.class).orElse(config.dropout()),
        arguments.has("targets") ? strings(arguments, "targets") : config.targets(),
        arguments.find("rslora", Boolean.class).orElse(false),
        arguments.has("modules_to_save") ? strings(arguments, "modules_to_save") : List.of());
  }

  private static List<String> strings(Arguments arguments, String name) {
    Object value = arguments.get(name, Object.class);
    List<String> strings = new ArrayList<>();
    for (Object each : value instanceof List<?> list ? list : List.of(value)) {
      if (!(each instanceof String text)) {
        throw new InvalidInputException(
            Problems.problem("argument " + name, value, "a name or a list of names"));
      }
      strings.add(text);
    }
    return strings;
  }
}
