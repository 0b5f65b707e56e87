package dev.tenon.nn.checkpoint;

import dev.tenon.model.Registry;
import dev.tenon.nn.family.Family;
import dev.tenon.nn.family.gpt2.Gpt2;
import dev.tenon.nn.family.llama.Llama;
import java.util.List;
import java.util.Map;

/** The families by the {@code model_type} of config.json. */
public final class Families {
  private Families() {}

  /** A new registry with the families of this module. */
  public static Registry<Family> standard() {
    Registry<Family> families = new Registry<>("model_type", Map.of());
    List.of(new Llama(), new Gpt2()).forEach(x -> families.register(x.modelType(), x));
    return families;
  }
}
