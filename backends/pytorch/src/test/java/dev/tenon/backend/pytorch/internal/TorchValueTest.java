package dev.tenon.backend.pytorch.internal;

import static dev.tenon.backend.pytorch.internal.HostTensors.bytes;
import static dev.tenon.backend.pytorch.internal.HostTensors.floats;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.backend.pytorch.NativeLeaks;
import dev.tenon.backend.testkit.LeakExtension;
import dev.tenon.error.EngineClosedException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.nn.script.ScriptArchive;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.TensorData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TorchValueTest {
  @RegisterExtension static final LeakExtension LEAKS = NativeLeaks.extension();

  private static final CallSettings NO_GRAD = CallSettings.noGrad(1);

  private static final ScriptArchive SCRIPT =
      ScriptArchive.of(
          """
          def same_list(self, x: List[Tensor]) -> List[Tensor]:
            return x
          def same_dict(self, x: Dict[str, Tensor]) -> Dict[str, Tensor]:
            return x
          def same_reals(self, x: Dict[str, float]) -> Dict[str, float]:
            return x
          def same_dicts(self, x: List[Dict[str, Tensor]]) -> List[Dict[str, Tensor]]:
            return x
          def same_texts(self, x: List[str]) -> List[str]:
            return x
          def same_integers(self, x: List[int]) -> List[int]:
            return x
          def same_numbers(self, x: List[float]) -> List[float]:
            return x
          def scalars(self, i: int, r: float, b: bool, t: str) -> Tuple[int, float, bool, str]:
            return (i, r, b, t)
          def same_tuple(self, x: Tuple[Tensor, int]) -> Tuple[Tensor, int]:
            return x
          def is_none(self, x: Optional[Tensor]=None) -> bool:
            return x is None
          def is_none_text(self, x: Optional[str]) -> bool:
            return x is None
          def nothing(self) -> None:
            return None
          def transposed(self, x: Tensor) -> Tensor:
            return torch.t(x)
          def pack(self, w: Tensor) -> List[Dict[str, __torch__.torch.classes.quantized.LinearPackedParamsBase]]:
            s = torch.full_like(torch.select(w, 1, 0), 0.0625)
            q = torch.quantize_per_channel(w, s, torch.zeros_like(s, dtype=4), 0, 12)
            return [{"w": ops.quantized.linear_prepack(q, None)}]
          def unpack(self, p: List[Dict[str, __torch__.torch.classes.quantized.LinearPackedParamsBase]], x: Tensor) -> Tensor:
            return ops.quantized.linear_dynamic(x, p[0]["w"], True)
          """);

  private static TorchModule module;
  private NativeScope scope;

  @BeforeAll
  static void load() {
    module = TorchBridge.start().load(SCRIPT);
  }

  @AfterAll
  static void unload() {
    module.close();
  }

  @BeforeEach
  void open() {
    scope = TorchBridge.start().scope("test");
  }

  @AfterEach
  void nothingIsLeft() {
    scope.close();
  }

  private TorchValue call(String method, TorchValue... arguments) {
    return module.call(NO_GRAD, scope, method, arguments);
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void aTensorOfEveryTypeKeepsItsBytes(DType dtype) {
    byte[] content = new byte[6 * dtype.bytes()];
    new Random(1).nextBytes(content);
    if (dtype == DType.BOOL) {
      content = new byte[] {1, 0, 0, 1, 1, 0};
    }
    TorchValue tensor = scope.tensor(bytes(dtype, new long[] {2, 3}, content));

    assertThat(tensor.dtype()).isEqualTo(dtype);
    assertThat(tensor.shape()).isEqualTo(Shape.of(2, 3));
    assertThat(bytes(tensor.toTensorData())).isEqualTo(content);
    assertThat(tensor.toTensorData().dtype()).isEqualTo(dtype);
  }

  @Test
  void aScalarAndAnEmptyTensorAndASlicePass() {
    TorchValue scalar = scope.tensor(TensorData.ofLongs(new long[] {7}));
    assertThat(scalar.shape()).isEqualTo(Shape.of());
    assertThat(scalar.toTensorData().getLong(0)).isEqualTo(7);

    TensorData empty = floats(new long[] {0, 5});
    assertThat(scope.tensor(empty).toTensorData()).isEqualTo(empty);

    TensorData slice = floats(new long[] {3, 1}, 1, 2, 3).slice(1, 3);
    assertThat(scope.tensor(slice).toTensorData()).isEqualTo(slice);
  }

  @Test
  void aTensorThatIsNotContiguousIsReadRowByRow() throws IOException {
    TorchValue x = scope.tensor(floats(new long[] {2, 3}, 1, 2, 3, 4, 5, 6));
    TorchValue transposed = call("transposed", x);

    assertThat(transposed.shape()).isEqualTo(Shape.of(3, 2));
    assertThat(floats(transposed.toTensorData())).containsExactly(1, 4, 2, 5, 3, 6);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    transposed.writeTo(Channels.newChannel(out));
    assertThat(out.toByteArray()).isEqualTo(bytes(transposed.toTensorData()));
  }

  @Test
  void anInferenceResultCanBeRead() {
    TorchValue x = scope.tensor(floats(new long[] {1, 2}, 1, 2));
    TorchValue y = module.call(CallSettings.inference(1), scope, "transposed", x);
    assertThat(floats(y.toTensorData())).containsExactly(1, 2);
  }

  @Test
  void scalarsAndStringsPass() {
    List<TorchValue> result =
        call("scalars", scope.integer(-3), scope.real(0.1), scope.bool(true), scope.text("é"))
            .elements();

    assertThat(result.get(0).toLong()).isEqualTo(-3);
    assertThat(result.get(1).toDouble()).isEqualTo(0.1);
    assertThat(result.get(2).toBoolean()).isTrue();
    assertThat(result.get(3).toText()).isEqualTo("é");
  }

  @Test
  void listsPass() {
    TorchValue x = scope.tensor(floats(1));
    TorchValue y = scope.tensor(floats(2));

    List<TorchValue> tensors = call("same_list", scope.tensors(List.of(x, y))).elements();
    assertThat(floats(tensors.get(1).toTensorData())).containsExactly(2);
    assertThat(call("same_texts", scope.texts(List.of("a", "b"))).elements())
        .extracting(TorchValue::toText)
        .containsExactly("a", "b");
    assertThat(call("same_integers", scope.integers(3, 4)).elements())
        .extracting(TorchValue::toLong)
        .containsExactly(3L, 4L);
    assertThat(call("same_numbers", scope.reals(.5)).elements())
        .extracting(TorchValue::toDouble)
        .containsExactly(.5);
  }

  @Test
  void dictsPassInOrder() {
    Map<String, TorchValue> tensors = new LinkedHashMap<>();
    for (String name : List.of("z", "a", "m")) {
      tensors.put(name, scope.tensor(floats(name.charAt(0))));
    }
    Map<String, TorchValue> result = call("same_dict", scope.tensorDict(tensors)).entries();
    assertThat(result.keySet()).containsExactly("z", "a", "m");
    assertThat(floats(result.get("m").toTensorData())).containsExactly('m');

    Map<String, TorchValue> reals = call("same_reals", scope.realDict(Map.of("lr", .25))).entries();
    assertThat(reals.get("lr").toDouble()).isEqualTo(.25);
  }

  @Test
  void listsOfDictsAndTuplesPass() {
    TorchValue x = scope.tensor(floats(1));
    TorchValue dict = scope.tensorDict(Map.of("x", x));
    TorchValue none = scope.tensorDict(Map.of());

    List<TorchValue> dicts = call("same_dicts", scope.dicts(List.of(dict, none))).elements();
    assertThat(dicts.get(0).entries()).containsOnlyKeys("x");
    assertThat(dicts.get(1).entries()).isEmpty();
    List<TorchValue> tuple = call("same_tuple", scope.tuple(x, scope.integer(9))).elements();
    assertThat(tuple.get(1).toLong()).isEqualTo(9);
  }

  @Test
  void emptyCollectionsKeepTheirType() {
    assertThat(call("same_list", scope.tensors(List.of())).elements()).isEmpty();
    assertThat(call("same_texts", scope.texts(List.of())).elements()).isEmpty();
    assertThat(call("same_dicts", scope.dicts(List.of())).elements()).isEmpty();
    assertThat(call("same_dict", scope.tensorDict(Map.of())).entries()).isEmpty();
    assertThat(call("same_reals", scope.realDict(Map.of())).entries()).isEmpty();
    assertThat(call("same_integers", scope.integers()).elements()).isEmpty();
    assertThat(call("same_numbers", scope.reals()).elements()).isEmpty();
  }

  @Test
  void noneAndDefaultsPass() {
    TorchValue x = scope.tensor(floats(1));
    assertThat(call("is_none", scope.none()).toBoolean()).isTrue();
    assertThat(call("is_none").toBoolean()).isTrue();
    assertThat(call("is_none", x).toBoolean()).isFalse();
    assertThat(call("is_none_text", scope.none()).toBoolean()).isTrue();
    assertThat(call("nothing").isNone()).isTrue();
  }

  @Test
  void anOpaqueObjectGoesBackIntoALaterCall() {
    TorchValue packed = call("pack", scope.tensor(floats(new long[] {1, 2}, 1, .5f)));
    TorchValue y = call("unpack", packed, scope.tensor(floats(new long[] {1, 2}, 2, 2)));

    assertThat(packed.typeName()).contains("LinearPackedParamsBase");
    assertThat(floats(y.toTensorData())[0]).isBetween(2.9f, 3.1f);
  }

  @Test
  void aValueOfAnotherTypeIsRefused() {
    TorchValue number = scope.integer(1);
    assertThatThrownBy(number::toDouble)
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("value: int (expected: float)");
    assertThatThrownBy(number::shape).hasMessage("value: int (expected: Tensor)");
    assertThatThrownBy(number::elements).hasMessage("value: int (expected: list or tuple)");
    TorchValue x = scope.tensor(floats(1));
    assertThatThrownBy(() -> scope.tensors(List.of(x, number)))
        .hasMessage("value: int (expected: Tensor)");
    assertThatThrownBy(() -> scope.dicts(List.of(x)))
        .hasMessage("value: Tensor (expected: Dict(str, Tensor))");
  }

  @Test
  void aClosedValueIsRefusedAndClosingTwiceDoesNothing() {
    TorchValue x = scope.tensor(floats(1));
    x.close();
    x.close();

    assertThatThrownBy(x::shape).isInstanceOf(EngineClosedException.class);
    assertThatThrownBy(() -> call("is_none", x)).isInstanceOf(EngineClosedException.class);
    assertThat(x).hasToString("TorchValue(closed)");
  }

  @Test
  void aDictKeepsItsTensorsAlive() {
    TorchValue x = scope.tensor(floats(5));
    TorchValue dict = scope.tensorDict(Map.of("x", x));
    x.close();
    assertThat(floats(dict.entries().get("x").toTensorData())).containsExactly(5);
  }

  @Test
  void aMovedValueOutlivesItsScope() {
    NativeScope step = TorchBridge.start().scope("step");
    TorchValue dropped = step.integer(1);
    TorchValue kept = step.integer(2).moveTo(scope);
    TorchValue alsoDropped = step.integer(3);
    assertThat(TorchBridge.openHandles().scopes()).containsExactly("step", "test");
    step.close();
    step.close();

    assertThat(kept.toLong()).isEqualTo(2);
    assertThatThrownBy(dropped::toLong).isInstanceOf(EngineClosedException.class);
    assertThatThrownBy(alsoDropped::toLong).isInstanceOf(EngineClosedException.class);
    assertThatThrownBy(() -> step.integer(4))
        .isInstanceOf(EngineClosedException.class)
        .hasMessage("scope step: closed (expected: open)");
    assertThatThrownBy(() -> kept.moveTo(step)).isInstanceOf(EngineClosedException.class);
    assertThat(scope.size()).isEqualTo(1);
  }
}
