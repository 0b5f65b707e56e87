package dev.tenon.samples.custommodel;

import dev.tenon.generation.GenerationOptions;
import dev.tenon.model.Metrics;
import dev.tenon.model.Model;
import dev.tenon.modelinterface.ModelInterface;
import dev.tenon.objective.Objective;
import dev.tenon.tensor.NamedArray;
import java.nio.file.Path;

/** The algorithm: steps on {@link FocalLoss}, nats per byte as what is measured. Stateless. */
final class FocalTraining implements ModelInterface {
  private final Objective objective = FocalLoss.objective();

  @Override
  public void save(Model model, Path directory) {
    model.engine().save(directory);
  }

  @Override
  public Metrics evaluate(Model model, Iterable<NamedArray> batches) {
    double nats = 0;
    double bytes = 0;
    for (NamedArray batch : batches) {
      Metrics metrics = model.engine().evalBatch(batch, objective);
      nats += metrics.get("nats");
      bytes += metrics.get("weight");
    }
    return Metrics.empty().with("nats_per_byte", nats / bytes);
  }

  @Override
  public NamedArray generate(Model model, NamedArray prompts) {
    return model.engine().generate(prompts, GenerationOptions.greedy(64));
  }

  @Override
  public Metrics trainStep(Model model, NamedArray batch) {
    Metrics metrics = model.trainEngine().trainBatch(batch, objective);
    return metrics.with("nats_per_byte", metrics.get("nats") / metrics.get("weight"));
  }
}
