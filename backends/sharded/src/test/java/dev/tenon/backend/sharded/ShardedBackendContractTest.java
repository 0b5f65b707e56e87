package dev.tenon.backend.sharded;

import dev.tenon.backend.pytorch.PyTorchBackend;
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
import org.junit.jupiter.api.Tag;

/** One rank: each test starts its own, and two take twice the time. */
@Tag("python")
class ShardedBackendContractTest extends ModelBackendContract {
  int ranks() {
    return 1;
  }

  @Override
  protected ModelBackend backend() {
    return new ShardedBackend(ShardedOptions.ranks(ranks()).threads(1));
  }

  @Override
  protected Model model() {
    return TinyModels.llama();
  }

  @Override
  protected Optional<ModelBackend> referenceBackend() {
    return Optional.of(new PyTorchBackend());
  }

  @Override
  protected Optional<Model> valueModel() {
    return Optional.of(TinyModels.withValues());
  }

  @Override
  protected Set<Precision> trainingPrecisions() {
    return Set.of(Precision.F32, Precision.BF16);
  }

  @Override
  protected Model open(Path directory) {
    return HfModels.registry().create("hf", "again", Device.cpu(), Arguments.of("path", directory));
  }
}
