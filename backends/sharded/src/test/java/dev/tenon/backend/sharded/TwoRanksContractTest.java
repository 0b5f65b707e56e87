package dev.tenon.backend.sharded;

import org.junit.jupiter.api.Tag;

/** The contract over two ranks. */
@Tag("soak")
class TwoRanksContractTest extends ShardedBackendContractTest {
  @Override
  int ranks() {
    return 2;
  }
}
