package dev.tenon.backend.pytorch;

import dev.tenon.backend.testkit.LeakExtension;
import dev.tenon.backend.testkit.ModelBackendContract;
import dev.tenon.model.Model;
import dev.tenon.model.ModelBackend;
import dev.tenon.nn.HfModels;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.Precision;
import dev.tenon.tensor.Device;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.extension.RegisterExtension;

class PyTorchBackendContractTest extends ModelBackendContract {
  @RegisterExtension static final LeakExtension LEAKS = NativeLeaks.extension();

  @Override
  protected ModelBackend backend() {
    return new PyTorchBackend();
  }

  @Override
  protected Model model() {
    return TinyLlama.create(false);
  }

  @Override
  protected Optional<Model> valueModel() {
    return Optional.of(TinyLlama.withValues());
  }

  @Override
  protected Set<Precision> trainingPrecisions() {
    return Set.of(Precision.F32, Precision.BF16, Precision.F16);
  }

  @Override
  protected Model open(Path directory) {
    return HfModels.registry().create("hf", "again", Device.cpu(), Arguments.of("path", directory));
  }
}
