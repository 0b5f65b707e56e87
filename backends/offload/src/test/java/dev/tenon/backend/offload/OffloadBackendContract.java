package dev.tenon.backend.offload;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.backend.pytorch.internal.TorchBridge;
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

/** Wherever state lies. */
abstract class OffloadBackendContract extends ModelBackendContract {
  @RegisterExtension
  static final LeakExtension LEAKS = new LeakExtension(() -> TorchBridge.openHandles().byName());

  @Override
  protected Optional<ModelBackend> referenceBackend() {
    return Optional.of(new PyTorchBackend());
  }

  @Override
  protected Model model() {
    return TinyModels.llama(false);
  }

  @Override
  protected Optional<Model> valueModel() {
    return Optional.of(TinyModels.withValues());
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
