package dev.tenon.backend.pytorch.internal;

import static dev.tenon.backend.pytorch.internal.HostTensors.floats;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.backend.pytorch.NativeLeaks;
import dev.tenon.backend.testkit.LeakExtension;
import dev.tenon.error.InvalidInputException;
import dev.tenon.nn.script.ScriptArchive;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class MappedTensorsTest {
  @RegisterExtension static final LeakExtension LEAKS = NativeLeaks.extension();

  private static final long GIB = 1L << 30;

  @TempDir Path folder;
  private final TorchBridge bridge = TorchBridge.start();
  private NativeScope scope;

  @BeforeEach
  void open() {
    scope = bridge.scope("test");
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private Path file(byte... bytes) throws IOException {
    return Files.write(folder.resolve("weights é 重"), bytes);
  }

  private Path sparseFile(long bytes, long at, ByteBuffer content) throws IOException {
    Path file = folder.resolve("big");
    Set<StandardOpenOption> options =
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.SPARSE, StandardOpenOption.WRITE);
    try (FileChannel channel = FileChannel.open(file, options)) {
      channel.write(ByteBuffer.allocate(1), bytes - 1);
      channel.write(content, at);
    }
    return file;
  }

  private static byte[] littleEndian(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  @Test
  void aRegionOfFloatsIsMapped() throws IOException {
    MappedTensors file = bridge.map(file(littleEndian(9, 1, 2, 3, 4, 9)), scope);
    TorchValue tensor = file.tensor(DType.F32, 4, Shape.of(2, 2));

    assertThat(tensor.shape()).isEqualTo(Shape.of(2, 2));
    assertThat(floats(tensor.toTensorData())).containsExactly(1, 2, 3, 4);
  }

  @Test
  void aRegionOfBfloat16IsMappedAndConverted() throws IOException {
    // 1.5 = 0x3fc0, -2 = 0xc000; one odd byte at the end belongs to nobody
    MappedTensors file =
        bridge.map(
            file((byte) 0, (byte) 0, (byte) 0xc0, (byte) 0x3f, (byte) 0, (byte) 0xc0, (byte) 1),
            scope);
    TorchValue tensor = file.tensor(DType.BF16, 2, Shape.of(2));

    assertThat(tensor.dtype()).isEqualTo(DType.BF16);
    assertThat(floats(tensor.cast(scope, DType.F32).toTensorData())).containsExactly(1.5f, -2);
  }

  @Test
  void aRegionAtAnOddOffsetIsRead() throws IOException {
    byte[] bytes = new byte[11];
    System.arraycopy(littleEndian(1, 2), 0, bytes, 3, 8);
    MappedTensors file = bridge.map(file(bytes), scope);

    assertThat(MappedTensors.canMap(DType.F32, 3)).isFalse();
    assertThat(floats(file.tensor(DType.F32, 3, Shape.of(2)).toTensorData())).containsExactly(1, 2);
  }

  @Test
  void scalarsAndEmptyTensorsAreFound() throws IOException {
    MappedTensors file = bridge.map(file(littleEndian(1, 2)), scope);
    assertThat(floats(file.tensor(DType.F32, 4, Shape.of()).toTensorData())).containsExactly(2);
    assertThat(file.tensor(DType.F32, 8, Shape.of(0, 3)).shape()).isEqualTo(Shape.of(0, 3));
  }

  @Test
  void aWriteStaysInMemory() throws IOException {
    Path path = file(littleEndian(1, 2));
    TorchValue tensor = bridge.map(path, scope).tensor(DType.F32, 0, Shape.of(2));
    try (TorchModule module =
        bridge.load(
            ScriptArchive.of("def zero(self, x: Tensor) -> Tensor:\n  return torch.zero_(x)"))) {
      module.call(CallSettings.noGrad(1), scope, "zero", tensor);
    }

    assertThat(floats(tensor.toTensorData())).containsExactly(0, 0);
    assertThat(Files.readAllBytes(path)).isEqualTo(littleEndian(1, 2));
  }

  @Test
  void aRegionOutsideTheFileIsRefused() throws IOException {
    MappedTensors file = bridge.map(file(littleEndian(1, 2)), scope);
    assertThatThrownBy(() -> file.tensor(DType.F32, 4, Shape.of(2)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("region: F32 [2] at byte 4 of ")
        .hasMessageEndingWith("(expected: inside its 8 bytes)");
    for (long rows : new long[] {Long.MAX_VALUE, 1L << 61, -2}) {
      assertThatThrownBy(() -> file.tensor(DType.F32, 0, Shape.of(rows)))
          .isInstanceOf(InvalidInputException.class);
    }
    assertThatThrownBy(() -> file.tensor(DType.F32, -4, Shape.of(1)))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> file.tensor(DType.F32, Long.MAX_VALUE - 3, Shape.of(1)))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void aMissingFileIsRefused() {
    assertThatThrownBy(() -> bridge.map(folder.resolve("absent"), scope))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("absent");
  }

  @Test
  void aFileThatBecameShorterIsAnException() throws IOException {
    Path path = file(littleEndian(1, 2));
    MappedTensors file = bridge.map(path, scope);
    Files.write(path, new byte[1]);
    assertThatThrownBy(() -> file.tensor(DType.F32, 0, Shape.of(2)))
        .isInstanceOf(TorchException.class)
        .hasMessageContaining("smaller than the required mapping size");
    assertThatThrownBy(() -> file.read(DType.F32, 0, Shape.of(2)))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void aFileBeyondTwoGibibytesIsMapped() throws IOException {
    ByteBuffer content = ByteBuffer.wrap(littleEndian(1, 2, 3));
    Path path = sparseFile(5 * GIB + 3, 3 * GIB, content);
    MappedTensors file = bridge.map(path, scope);

    assertThat(floats(file.tensor(DType.F32, 3 * GIB, Shape.of(3)).toTensorData()))
        .containsExactly(1, 2, 3);
    TorchValue all = file.tensor(DType.BF16, 0, Shape.of(5 * GIB / 2));
    assertThat(all.shape()).isEqualTo(Shape.of(5 * GIB / 2));
  }

  @Test
  void aTensorBeyondTwoGibibytesIsReadAndWrittenInPieces() throws IOException {
    long bytes = 2 * GIB + 12;
    ByteBuffer content = ByteBuffer.wrap(littleEndian(1, 2, 3));
    Path path = sparseFile(bytes + 1, 2 * GIB + 1, content);
    TorchValue tensor = bridge.map(path, scope).tensor(DType.F32, 1, Shape.of(bytes / 4));
    LastBytes last = new LastBytes();
    tensor.writeTo(last);

    assertThat(last.total).isEqualTo(bytes);
    assertThat(last.last).isEqualTo(littleEndian(1, 2, 3));
  }

  /** Counts what is written and keeps the last 12 bytes. */
  private static final class LastBytes implements WritableByteChannel {
    private long total;
    private byte[] last = new byte[12];

    @Override
    public int write(ByteBuffer source) {
      int written = source.remaining();
      source.position(source.limit() - Math.min(12, written));
      byte[] tail = new byte[source.remaining()];
      source.get(tail);
      total += written;
      last = tail;
      return written;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }
}
