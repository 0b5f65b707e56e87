package dev.tenon.backend.testkit;

import dev.tenon.model.Model;
import org.junit.jupiter.api.Test;

/**
 * The contract of {@link dev.tenon.model.ModelBackend} as a test class to inherit: a subclass names
 * the backend and a small model, JUnit runs the tests. They cover a stored reference step, outputs,
 * refusals of wrong input, saving and reopening, threads, sessions, training, micro-batches,
 * skipped steps, objectives of every kind, and training state: exact resume, damaged states, a disk
 * without space. With a {@linkplain #referenceBackend reference backend} they also compare numbers,
 * in one, two and four micro-batches, and move a run there and back. Every engine runs inside an
 * {@link AssertingBackend}.
 *
 * <p>What a backend cannot do it says by overriding a {@code supports…} method; the tests then ask
 * for a loud refusal instead. The package's documentation has an example.
 */
public abstract class ModelBackendContract extends StateTests {
  @Test
  public void agreesWithTheStoredReferenceStep() {
    applies(reference().isPresent());
    ReferenceStep step = reference().orElseThrow();
    Model network = open(step.copyTo(directory.resolve("reference")));
    try (Model model = inference(network)) {
      step.checkOutputs(model.engine());
    }
    if (supportsTraining()) {
      try (Model model = training(network, step.spec())) {
        step.checkTraining(model.trainEngine());
      }
    }
  }
}
