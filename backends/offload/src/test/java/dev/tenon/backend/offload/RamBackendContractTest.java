package dev.tenon.backend.offload;

import dev.tenon.model.ModelBackend;
import org.junit.jupiter.api.Tag;

/** The default tiers run the same over files, and {@link ParityTest} over both. */
@Tag("soak")
class RamBackendContractTest extends OffloadBackendContract {
  @Override
  protected ModelBackend backend() {
    return new OffloadBackend(OffloadOptions.ram());
  }
}
