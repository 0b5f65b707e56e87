package dev.tenon.nn;

import dev.tenon.model.Model;
import dev.tenon.model.ModelFactory;
import dev.tenon.nn.checkpoint.Families;
import dev.tenon.nn.checkpoint.HfCheckpoint;
import dev.tenon.nn.config.ConfigFile;
import dev.tenon.spec.ArgumentSchema;
import dev.tenon.spec.Arguments;
import dev.tenon.tensor.Device;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Model type {@code hf-from-config}, as transformers' {@code from_config}: a model that has learned
 * nothing. Arguments: {@code config}, a config.json or a directory that holds one; {@code
 * tokenizer}, a directory with tokenizer.json (default: the config's); {@code seed} of the weights
 * (default 0). Safe for threads.
 */
public final class HfConfigModelFactory implements ModelFactory {
  /** The factory. */
  public HfConfigModelFactory() {}

  @Override
  public String type() {
    return "hf-from-config";
  }

  @Override
  public ArgumentSchema schema() {
    return ArgumentSchema.none()
        .required("config", Path.class, "config_path", "config_name", "path")
        .optional("tokenizer", Path.class, "tokenizer_path", "tokenizer_name")
        .optional("seed", Long.class);
  }

  @Override
  public Model create(String name, Device device, Arguments arguments) {
    Path given = arguments.path("config");
    Path file = Files.isDirectory(given) ? given.resolve("config.json") : given;
    Path tokenizer =
        arguments.find("tokenizer", Path.class).orElseGet(() -> file.toAbsolutePath().getParent());
    long seed = arguments.find("seed", Long.class).orElse(0L);
    return HfCheckpoint.create(ConfigFile.read(file), tokenizer, seed, Families.standard())
        .model(name, device);
  }
}
