package consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.engine.Engine;
import org.junit.jupiter.api.Test;

class ConsumerTest {
  @Test
  void libtorchLoads() {
    assertEquals("PyTorch", Engine.getEngine("PyTorch").getEngineName());
  }
}
