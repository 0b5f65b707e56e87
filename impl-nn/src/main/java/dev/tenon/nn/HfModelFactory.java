package dev.tenon.nn;

import dev.tenon.model.Model;
import dev.tenon.model.ModelFactory;
import dev.tenon.nn.checkpoint.HfCheckpoint;
import dev.tenon.spec.ArgumentSchema;
import dev.tenon.spec.Arguments;
import dev.tenon.tensor.Device;
import java.nio.file.Path;

/** Model type {@code hf}: a directory in HuggingFace's layout. Safe for threads. */
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
            "checkpoint");
  }

  @Override
  public Model create(String name, Device device, Arguments arguments) {
    return HfCheckpoint.open(arguments.path("path")).model(name, device);
  }
}
