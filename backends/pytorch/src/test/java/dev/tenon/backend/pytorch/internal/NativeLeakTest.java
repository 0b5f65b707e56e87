package dev.tenon.backend.pytorch.internal;

import static dev.tenon.backend.pytorch.internal.HostTensors.floats;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.nn.script.ScriptArchive;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class NativeLeakTest {

  private static final int CALLS = 10_000;

  private static final ScriptArchive SCRIPT =
      ScriptArchive.of(
          """
          def work(self, x: Dict[str, Tensor], names: List[str], hp: Dict[str, float], n: Optional[Tensor]) -> Tuple[Dict[str, Tensor], List[Tensor], int]:
            p = torch.requires_grad_(torch.detach(x["x"]), True)
            g = torch.autograd.grad([torch.sum(p * p)], [p])[0]
            assert g is not None
            return ({"g": g * hp["lr"]}, [g, g], len(names))
          def fail(self, x: Tensor) -> Tensor:
            return x + torch.ones([7])
          """);

  private final TorchBridge bridge = TorchBridge.start();

  @Test
  @EnabledOnOs(OS.LINUX)
  void tenThousandCallsLeaveNoHandleAndNoMemory() throws InterruptedException {
    OpenHandles before = TorchBridge.openHandles();
    try (TorchModule module = bridge.load(SCRIPT)) {
      run(module, CALLS);
      long warm = NativeHeap.settledBytes();
      run(module, CALLS);

      // Leaking one of a call's tensors (20 kB) would show as 200 MB, 2 kB as 20 MB.
      assertThat(NativeHeap.settledBytes() - warm).isLessThan(16 << 20);
    }
    assertThat(TorchBridge.openHandles()).isEqualTo(before);
  }

  private void run(TorchModule module, int calls) {
    for (int i = 0; i < calls; i++) {
      try (NativeScope step = bridge.scope("step")) {
        step(module, step);
      }
    }
  }

  private static void step(TorchModule module, NativeScope step) {
    TorchValue x = step.tensor(floats(new float[5000]));
    TorchValue result =
        module.call(
            CallSettings.grad(1),
            step,
            "work",
            step.tensorDict(Map.of("x", x)),
            step.texts(List.of("a", "b")),
            step.realDict(Map.of("lr", .5)),
            step.none());
    assertThat(result.elements().get(0).entries().get("g").toTensorData().shape().rank())
        .isEqualTo(1);
    try {
      module.call(CallSettings.noGrad(1), step, "fail", x);
    } catch (TorchException e) {
      assertThat(e).hasMessageContaining("size of tensor");
    }
  }
}
