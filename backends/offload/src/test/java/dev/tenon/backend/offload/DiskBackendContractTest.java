package dev.tenon.backend.offload;

import dev.tenon.model.ModelBackend;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class DiskBackendContractTest extends OffloadBackendContract {
  @TempDir static Path files;

  @Override
  protected ModelBackend backend() {
    return new OffloadBackend(OffloadOptions.disk(files));
  }
}
