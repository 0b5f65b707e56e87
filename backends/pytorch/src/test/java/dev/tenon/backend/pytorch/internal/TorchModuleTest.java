package dev.tenon.backend.pytorch.internal;

import static dev.tenon.backend.pytorch.internal.HostTensors.bytes;
import static dev.tenon.backend.pytorch.internal.HostTensors.floats;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.backend.pytorch.NativeLeaks;
import dev.tenon.backend.testkit.LeakExtension;
import dev.tenon.error.EngineClosedException;
import dev.tenon.error.InsufficientMemoryException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.nn.script.ScriptArchive;
import dev.tenon.tensor.DType;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Long because each kind of call and of failure is one small test of the same module. */
class TorchModuleTest {
  @RegisterExtension static final LeakExtension LEAKS = NativeLeaks.extension();

  private static final CallSettings NO_GRAD = CallSettings.noGrad(1);

  private static final ScriptArchive SCRIPT =
      ScriptArchive.of(
          """
          # comments are allowed
          def add(self, x: Tensor, y: Tensor) -> Tensor:
            return x + y
          def fill(self, x: Tensor, v: float) -> Tensor:
            return torch.fill_(x, v)
          def grad_enabled(self) -> bool:
            return torch.is_grad_enabled()
          def positive(self, n: int) -> int:
            assert n > 0, "n: not positive (expected: 1 or more)"
            return n
          def bare(self, n: int) -> int:
            assert n > 0
            return n
          def outer(self, n: int) -> int:
            return self.positive(n)
          def huge(self) -> Tensor:
            return torch.empty([1000000000000000])
          def fusible(self, x: Tensor) -> Tensor:
            p = torch.requires_grad_(torch.detach(x), True)
            h = torch.layer_norm(p, [64])
            y = torch.silu(torch.matmul(h, p)) * torch.sigmoid(h) + torch.tanh(h) * torch.exp(-(h * h))
            z = torch.softmax(y * 0.37 + h, -1)
            g = torch.autograd.grad([torch.sum(z * y * 0.1 + torch.sigmoid(y * 3.3) * h)], [p])[0]
            assert g is not None
            return g
          def to_mkldnn(self, x: Tensor) -> Tensor:
            return torch.to_mkldnn(x)
          def gradient(self, w: Tensor, x: Tensor) -> Tuple[float, Tensor]:
            p = torch.requires_grad_(torch.detach(w), True)
            loss = torch.sum(torch.tanh(torch.matmul(x, p)))
            g = torch.autograd.grad([loss], [p])[0]
            assert g is not None
            return (float(loss), g)
          """);

  private final TorchBridge bridge = TorchBridge.start();
  private TorchModule module;
  private NativeScope scope;

  @BeforeEach
  void open() {
    module = bridge.load(SCRIPT);
    scope = bridge.scope("test");
  }

  @AfterEach
  void nothingIsLeft() {
    scope.close();
    module.close();
  }

  @Test
  void aTrainingCallGivesGradients() {
    TorchValue w = scope.tensor(floats(new long[] {2, 1}, .5f, -.25f));
    TorchValue x = scope.tensor(floats(new long[] {1, 2}, 1, 2));

    List<TorchValue> result = module.call(CallSettings.grad(1), scope, "gradient", w, x).elements();

    // d tanh(x w) / dw = (1 - tanh(0)^2) x
    assertThat(result.get(0).toDouble()).isZero();
    assertThat(floats(result.get(1).toTensorData())).containsExactly(1, 2);
  }

  @Test
  void gradientsNeedTheGradMode() {
    TorchValue w = scope.tensor(floats(new long[] {1, 1}, 1));
    for (CallSettings settings : List.of(NO_GRAD, CallSettings.inference(1))) {
      assertThatThrownBy(() -> module.call(settings, scope, "gradient", w, w))
          .isInstanceOf(TorchException.class)
          .hasMessageContaining("does not require grad");
    }
  }

  @Test
  void noGradResultsMayTrainAndInferenceResultsMayNot() {
    TorchValue x = scope.tensor(floats(new long[] {1, 1}, 1));
    TorchValue noGrad = module.call(NO_GRAD, scope, "add", x, x);
    TorchValue inference = module.call(CallSettings.inference(1), scope, "add", x, x);

    module.call(CallSettings.grad(1), scope, "gradient", noGrad, noGrad);
    assertThatThrownBy(() -> module.call(CallSettings.grad(1), scope, "gradient", x, inference))
        .hasMessageContaining("Inference tensors cannot be saved for backward");
    assertThatThrownBy(() -> module.call(NO_GRAD, scope, "fill", inference, scope.real(2)))
        .hasMessageContaining("Inplace update to inference tensor");
    module.call(CallSettings.inference(1), scope, "fill", noGrad, scope.real(2));
    assertThat(floats(noGrad.toTensorData())).containsExactly(2);
  }

  @Test
  void aTensorWithoutPlainMemoryIsRefused() {
    TorchValue x = scope.tensor(floats(new long[] {1, 2}, 1, 2));
    TorchValue packed = module.call(NO_GRAD, scope, "to_mkldnn", x);
    assertThatThrownBy(packed::toTensorData)
        .isInstanceOf(TorchException.class)
        .hasMessageContaining("not supported for sparse or MKL-DNN tensors");
  }

  // With graph optimisation on, half of the elements of later calls differ from the first's.
  @Test
  void theFirstCallAndLaterOnesAndOtherThreadsGiveTheSameBits() throws Exception {
    byte[] random = new byte[2 * 64 * 64];
    new Random(3).nextBytes(random);
    for (int i = 1; i < random.length; i += 2) {
      random[i] &= (byte) 0xbf; // below 2 in bf16
    }
    Callable<byte[]> gradient =
        () -> {
          try (TorchModule fresh = bridge.load(SCRIPT);
              NativeScope own = bridge.scope("gradient")) {
            byte[] first = gradient(fresh, own, random);
            for (int i = 0; i < 3; i++) {
              assertThat(gradient(fresh, own, random)).isEqualTo(first);
            }
            return first;
          }
        };

    assertThat(onNewThread(gradient)).isEqualTo(gradient.call());
  }

  private static byte[] gradient(TorchModule module, NativeScope scope, byte[] bf16) {
    TorchValue half = scope.tensor(bytes(DType.BF16, new long[] {64, 64}, bf16));
    TorchValue x = half.cast(scope, DType.F32);
    return bytes(module.call(CallSettings.grad(2), scope, "fusible", x).toTensorData());
  }

  @Test
  void theThreadsOwnSettingsComeBack() throws Exception {
    ThreadFunctions native_ = bridge.natives().threads;
    onNewThread(
        () -> {
          for (boolean mode : new boolean[] {true, false}) {
            native_.setGradMode(mode);
            native_.setThreads(2);
            assertThat(module.call(CallSettings.grad(1), scope, "grad_enabled").toBoolean())
                .isTrue();
            assertThat(module.call(NO_GRAD, scope, "grad_enabled").toBoolean()).isFalse();
            try (ThreadSettings ignored = ThreadSettings.enter(native_, NO_GRAD)) {
              assertThat(native_.threads()).isEqualTo(1);
            }
            try (ThreadSettings ignored = ThreadSettings.enter(native_, CallSettings.noGrad(0))) {
              assertThat(native_.threads()).isEqualTo(2);
            }
            assertThatThrownBy(
                    () -> module.call(CallSettings.grad(1), scope, "positive", scope.integer(0)))
                .isInstanceOf(TorchException.class);
            assertThat(native_.gradMode()).isEqualTo(mode);
            assertThat(native_.threads()).isEqualTo(2);
          }
          return 0;
        });
  }

  @Test
  void anAssertBecomesAnExceptionWithItsTextAndLine() {
    assertThatThrownBy(() -> module.call(NO_GRAD, scope, "outer", scope.integer(0)))
        .isInstanceOfSatisfying(
            TorchException.class,
            e -> {
              assertThat(e.reason()).isEqualTo("n: not positive (expected: 1 or more)");
              assertThat(e).hasMessage("outer: n: not positive (expected: 1 or more) (line 9)");
              assertThat(e.detail()).contains("in outer", "in positive", "<--- HERE");
            });
    assertThatThrownBy(() -> module.call(NO_GRAD, scope, "bare", scope.integer(0)))
        .hasMessage("bare: assert n > 0 (line 12)");
  }

  @Test
  void anOperatorsErrorKeepsItsText() {
    TorchValue two = scope.tensor(floats(1, 2));
    TorchValue three = scope.tensor(floats(1, 2, 3));
    assertThatThrownBy(() -> module.call(NO_GRAD, scope, "add", two, three))
        .isInstanceOf(TorchException.class)
        .hasMessage(
            "add: The size of tensor a (2) must match the size of tensor b (3)"
                + " at non-singleton dimension 0 (line 3)");
  }

  @Test
  void argumentsThatDoNotFitAreRefused() {
    TorchValue x = scope.tensor(floats(1));
    assertThatThrownBy(() -> module.call(NO_GRAD, scope, "add", x))
        .isInstanceOf(TorchException.class)
        .hasMessageContaining("missing value for argument 'y'");
    assertThatThrownBy(() -> module.call(NO_GRAD, scope, "add", x, x, x))
        .hasMessageContaining("Expected at most 3 argument(s)");
    assertThatThrownBy(() -> module.call(NO_GRAD, scope, "add", x, scope.integer(1)))
        .hasMessageContaining("Expected a value of type 'Tensor' for argument 'y'");
    assertThatThrownBy(() -> module.call(NO_GRAD, scope, "nope"))
        .hasMessage("nope: Method 'nope' is not defined.");
  }

  @Test
  void anAllocationThatFailsIsInsufficientMemory() {
    assertThatThrownBy(() -> module.call(NO_GRAD, scope, "huge"))
        .isInstanceOf(InsufficientMemoryException.class)
        .hasMessageContaining("tried to allocate 4000000000000000 bytes");
  }

  @Test
  void aScriptThatDoesNotCompileNamesLineAndColumn() {
    ScriptArchive archive =
        ScriptArchive.of("def f(self, x: Tensor) -> Tensor:\n  y = x\n  return torch.nosuch(y)\n");
    assertThatThrownBy(() -> bridge.load(archive))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("Unknown builtin op: aten::nosuch")
        .isInstanceOfSatisfying(
            ScriptCompileException.class,
            e -> {
              assertThat(e.line()).hasValue(3);
              assertThat(e.column()).hasValue(10);
            });
    ScriptArchive called =
        ScriptArchive.of(
            "def f(self, n: int) -> int:\n  return self.g(n)",
            "def g(self, n: int) -> int:\n  return self.f(n)");
    assertThatThrownBy(() -> bridge.load(called))
        .isInstanceOfSatisfying(
            ScriptCompileException.class, e -> assertThat(e.line()).hasValue(4));
    assertThatThrownBy(() -> bridge.load(ScriptArchive.of("def f(self) -> int:\n  return 1 +")))
        .isInstanceOf(ScriptCompileException.class)
        .hasMessageContaining("expected ident");
  }

  @Test
  void twoThreadsRunTwoModulesAtOnce() throws Exception {
    Callable<Integer> work =
        () -> {
          try (TorchModule own = bridge.load(SCRIPT);
              NativeScope values = bridge.scope("thread")) {
            TorchValue w = values.tensor(floats(new long[] {2, 1}, .5f, -.25f));
            TorchValue x = values.tensor(floats(new long[] {1, 2}, 1, 2));
            for (int i = 0; i < 2000; i++) {
              try (NativeScope step = bridge.scope("step")) {
                TorchValue result = own.call(CallSettings.grad(1), step, "gradient", w, x);
                assertThat(floats(result.elements().get(1).toTensorData())).containsExactly(1, 2);
                assertThat(module.call(NO_GRAD, step, "grad_enabled").toBoolean()).isFalse();
              }
            }
            return 0;
          }
        };
    ExecutorService pool = Executors.newFixedThreadPool(2);
    try {
      for (Future<Integer> done : pool.invokeAll(List.of(work, work))) {
        done.get();
      }
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void aClosedModuleIsRefusedAndClosingTwiceDoesNothing() {
    module.close();
    module.close();
    assertThatThrownBy(() -> module.call(NO_GRAD, scope, "grad_enabled"))
        .isInstanceOf(EngineClosedException.class)
        .hasMessage("module: closed (expected: open)");
  }

  private static <T> T onNewThread(Callable<T> body) throws Exception {
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try {
      return pool.submit(body).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof AssertionError error) {
        throw error;
      }
      throw e;
    } finally {
      pool.shutdown();
    }
  }
}
