package dev.tenon.backend.testkit;

import dev.tenon.backend.testkit.objectives.ExampleObjectives;
import dev.tenon.backend.testkit.objectives.TwinnedObjective;
import dev.tenon.model.Model;
import dev.tenon.model.ModelBackend;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The example of the package's documentation, with the fake backend as somebody's own. */
class MyBackendContractTest extends ModelBackendContract {
  @RegisterExtension static final LeakExtension LEAKS = new LeakExtension(MyBackend::openHandles);

  @Override
  protected ModelBackend backend() {
    return MyBackend.create();
  }

  @Override
  protected Model model() {
    return MyModels.tiny();
  }

  @Override
  protected Model open(Path directory) {
    return MyModels.open(directory);
  }

  @Override
  protected boolean supportsGradientCheckpointing() {
    return false;
  }

  @Override
  protected Optional<ReferenceStep> reference() {
    return Optional.empty();
  }

  private static final class MyBackend {
    private static ModelBackend create() {
      return new FakeBackend().with(ExampleObjectives.all().toArray(TwinnedObjective[]::new));
    }

    private static Map<String, Long> openHandles() {
      return new TreeMap<>();
    }
  }

  private static final class MyModels {
    private static Model tiny() {
      return FakeNetwork.of(20, 70).model("mine", new ByteTokenizer());
    }

    private static Model open(Path directory) {
      return FakeNetwork.open(directory).model("again", new ByteTokenizer());
    }
  }
}
