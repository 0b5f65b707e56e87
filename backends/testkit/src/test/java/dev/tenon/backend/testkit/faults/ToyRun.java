package dev.tenon.backend.testkit.faults;

import dev.tenon.backend.testkit.ByteTokenizer;
import dev.tenon.backend.testkit.FakeBackend;
import dev.tenon.backend.testkit.FakeNetwork;
import dev.tenon.backend.testkit.objectives.ExampleBatches;
import dev.tenon.backend.testkit.objectives.ExampleObjectives;
import dev.tenon.checkpoint.CheckpointDirectory;
import dev.tenon.checkpoint.CheckpointDirectory.Checkpoint;
import dev.tenon.model.Model;
import dev.tenon.model.TrainEngine;
import dev.tenon.spec.FinetuneSpec;
import java.nio.file.Path;

/** A small model in training, whose states are real ones. */
final class ToyRun {
  static final FinetuneSpec SPEC = FinetuneSpec.steps(100).learningRate(1e-2);
  private static final int VOCABULARY = 29;

  private ToyRun() {}

  static Model model() {
    return new FakeBackend()
        .with(ExampleObjectives.sft())
        .initialize(FakeNetwork.of(VOCABULARY, 64).model("toy", new ByteTokenizer()), SPEC);
  }

  /** Takes steps up to a number. */
  static void train(Model model, long to) {
    TrainEngine engine = model.trainEngine();
    while (engine.version() < to) {
      engine.trainBatch(
          ExampleBatches.random(engine.version(), VOCABULARY, 3, 1, 9),
          ExampleObjectives.sft().text());
    }
  }

  /** A checkpoint of a model at its step. */
  static Checkpoint commit(Model model, Path root) {
    TrainEngine engine = model.trainEngine();
    return CheckpointDirectory.commit(root, engine.version(), engine::saveState);
  }
}
