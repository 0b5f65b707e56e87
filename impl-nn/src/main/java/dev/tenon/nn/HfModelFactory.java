package dev.tenon.nn;

import dev.tenon.model.Head;
import dev.tenon.model.Model;
import dev.tenon.model.ModelFactory;
import dev.tenon.nn.checkpoint.Families;
import dev.tenon.nn.checkpoint.HfCheckpoint;
import dev.tenon.nn.checkpoint.NewHead;
import dev.tenon.spec.ArgumentSchema;
import dev.tenon.spec.Arguments;
import dev.tenon.tensor.Device;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Model type {@code hf}: a directory in HuggingFace's layout. Arguments: {@code path}, the
 * directory; {@code head}, {@code causal-lm} or {@code value} (default: as config.json says);
 * {@code seed} of the weights of a head that the directory does not hold (default 0). Safe for
 * threads.
 */
public final class HfModelFactory implements ModelFactory {
  /** The factory. */
  public HfModelFactory() {}

  @Override
  public String type() {
    return "hf";
  }

  @Override
  public ArgumentSchema schema() {
    return ArgumentSchema.none()
        .required(
            "path",
            Path.class,
            "pretrained_model_name_or_path",
            "model_name_or_path",
            "model_path",
            "directory",
            "checkpoint")
        .optional("head", String.class)
        .optional("seed", Long.class);
  }

  @Override
  public Model create(String name, Device device, Arguments arguments) {
    long seed = arguments.find("seed", Long.class).orElse(0L);
    Optional<NewHead> head =
        arguments.find("head", String.class).map(x -> new NewHead(Head.of(x), seed));
    return HfCheckpoint.open(arguments.path("path"), Families.standard(), head).model(name, device);
  }
}
