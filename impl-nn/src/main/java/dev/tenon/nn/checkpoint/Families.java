package dev.tenon.nn.checkpoint;

import dev.tenon.model.Registry;
import dev.tenon.nn.family.Family;
import dev.tenon.nn.family.bert.Bert;
import dev.tenon.nn.family.bert.DistilBert;
import dev.tenon.nn.family.bert.Roberta;
import dev.tenon.nn.family.gemma.Gemma;
import dev.tenon.nn.family.gemma2.Gemma2;
import dev.tenon.nn.family.gpt2.Gpt2;
import dev.tenon.nn.family.llama.Llama;
import dev.tenon.nn.family.mistral.Mistral;
import dev.tenon.nn.family.mixtral.Mixtral;
import dev.tenon.nn.family.qwen2.Qwen2;
import dev.tenon.nn.family.qwen3.Qwen3;
import java.util.List;
import java.util.Map;

/** The families by the {@code model_type} of config.json. */
public final class Families {
  private Families() {}

  /** A new registry with the families of this module. */
  public static Registry<Family> standard() {
    Registry<Family> families = new Registry<>("model_type", Map.of());
    List<Family> all =
        List.of(
            new Bert(),
            new DistilBert(),
            new Gemma(),
            new Gemma2(),
            new Gpt2(),
            new Llama(),
            new Mistral(),
            new Mixtral(),
            new Qwen2(),
            new Qwen3(),
            new Roberta());
    all.forEach(x -> families.register(x.modelType(), x));
    return families;
  }
}
