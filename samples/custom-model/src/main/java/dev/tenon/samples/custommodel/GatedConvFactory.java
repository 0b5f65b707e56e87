package dev.tenon.samples.custommodel;

import dev.tenon.model.Model;
import dev.tenon.model.ModelFactory;
import dev.tenon.spec.ArgumentSchema;
import dev.tenon.spec.Arguments;
import dev.tenon.tensor.Device;
import java.nio.file.Path;

/**
 * Registers {@code gated-conv}: with {@code path} a model that was saved, else a new one of {@code
 * layers}, {@code hidden} and {@code seed}. The text of its program is this application's, never
 * the checkpoint's.
 */
final class GatedConvFactory implements ModelFactory {
  static final String TYPE = "gated-conv";

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public ArgumentSchema schema() {
    return ArgumentSchema.none()
        .optional("path", Path.class)
        .optional("layers", Integer.class)
        .optional("hidden", Integer.class)
        .optional("seed", Integer.class);
  }

  @Override
  public Model create(String name, Device device, Arguments arguments) {
    GatedConv network =
        arguments.has("path") ? GatedConv.open(arguments.path("path")) : fresh(arguments);
    return new Model(name, network, new ByteTokenizer(), device);
  }

  private static GatedConv fresh(Arguments arguments) {
    return GatedConv.random(
        arguments.find("layers", Integer.class).orElse(4),
        arguments.find("hidden", Integer.class).orElse(96),
        arguments.find("seed", Integer.class).orElse(1));
  }
}
