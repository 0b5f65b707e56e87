package dev.tenon.backend.testkit;

import dev.tenon.backend.testkit.objectives.ExampleObjectives;
import dev.tenon.backend.testkit.objectives.TwinnedObjective;
import dev.tenon.model.Head;
import dev.tenon.model.Model;
import dev.tenon.model.ModelBackend;
import java.nio.file.Path;
import java.util.Optional;

class FakeBackendContractTest extends ModelBackendContract {
  @Override
  protected ModelBackend backend() {
    return new FakeBackend().with(ExampleObjectives.all().toArray(TwinnedObjective[]::new));
  }

  @Override
  protected Model model() {
    return FakeNetwork.of(29, 64).model("fake", new ByteTokenizer());
  }

  @Override
  protected Optional<Model> valueModel() {
    return Optional.of(
        FakeNetwork.of(29, 64).withHead(Head.VALUE).model("critic", new ByteTokenizer()));
  }

  @Override
  protected Model open(Path directory) {
    return FakeNetwork.open(directory).model("again", new ByteTokenizer());
  }

  @Override
  protected Optional<ReferenceStep> reference() {
    return Optional.of(ReferenceStep.of(FakeBackendContractTest.class, "reference/fake"));
  }

  /** Itself: no other backend runs its network, and the tests are to be run here too. */
  @Override
  protected Optional<ModelBackend> referenceBackend() {
    return Optional.of(backend());
  }

  @Override
  protected boolean supportsGradientCheckpointing() {
    return false;
  }
}
