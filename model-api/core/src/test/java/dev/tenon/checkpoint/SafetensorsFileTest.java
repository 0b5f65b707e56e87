package dev.tenon.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnknownNameException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsFileTest {
  @TempDir private Path directory;

  static Path resource(String name) {
    try {
      return Path.of(SafetensorsFileTest.class.getResource("/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static Map<String, Weights.Info> infos(Map<String, TensorData> tensors) {
    Map<String, Weights.Info> infos = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> infos.put(name, new Weights.Info(tensor.dtype(), tensor.shape())));
    return infos;
  }

  @Test
  void readsWhatPythonWrote() {
    SafetensorsFile file = SafetensorsFile.open(resource("safetensors/every-dtype.safetensors"));
    assertThat(file.metadata()).containsExactly(Map.entry("format", "pt"));
    assertThat(file.names()).hasSize(11).contains("y.f32");
    assertThat(file.read("y.f32"))
        .isEqualTo(TensorData.ofFloats(new float[] {1.5f, -2f, 3.25f, Float.NaN}, 2, 2));
    assertThat(file.read("z.f64"))
        .isEqualTo(
            TensorData.ofDoubles(new double[] {0.5, -1e300, Double.POSITIVE_INFINITY}, 1, 3));
    assertThat(file.read("x.f16").toDoubles()).containsExactly(0.0999755859375, 65504, -0x1p-24);
    assertThat(file.read("w.i64").toLongs()).containsExactly(Long.MIN_VALUE, Long.MAX_VALUE);
    assertThat(file.read("v.i32").toLongs()).containsExactly(Integer.MIN_VALUE, 7);
    assertThat(file.read("u.i16").toLongs()).containsExactly(-32768, 5, 6);
    assertThat(file.read("t.i8").toLongs()).containsExactly(-128, 127);
    assertThat(file.read("s.u8").toLongs()).containsExactly(0, 255, 1);
    assertThat(file.read("r.bool").toBooleans()).containsExactly(true, false, true);
    assertThat(file.read("a.f32")).isEqualTo(TensorData.ofFloats(new float[] {2f}));
    assertThat(file.read("b.f32").shape()).isEqualTo(Shape.of(0, 3));
    assertThat(file.info("u.i16")).isEqualTo(new Weights.Info(DType.I16, Shape.of(3)));
  }

  @Test
  void writesTheBytesThatPythonWrites() throws IOException {
    for (String name : List.of("every-dtype", "no-tensors")) {
      Path golden = resource("safetensors/" + name + ".safetensors");
      SafetensorsFile source = SafetensorsFile.open(golden);
      Map<String, Weights.Info> infos = new TreeMap<>();
      source.names().forEach(x -> infos.put(x, source.info(x)));
      Path copy = directory.resolve(name + ".safetensors");
      SafetensorsWriter.write(copy, infos, Map.of(), source::read);
      assertThat(copy).hasSameBinaryContentAs(golden);
    }
  }

  @Test
  void regionsAreAlignedAndHoldTheBytes() throws IOException {
    Path golden = resource("safetensors/every-dtype.safetensors");
    SafetensorsFile file = SafetensorsFile.open(golden);
    byte[] bytes = Files.readAllBytes(golden);
    for (String name : file.names()) {
      Weights.Region region = file.region(name).orElseThrow();
      assertThat(region.offset() % file.info(name).dtype().bytes()).isZero();
      assertThat(region.bytes()).isEqualTo(file.info(name).bytes());
      ByteBuffer slice = ByteBuffer.wrap(bytes).slice((int) region.offset(), (int) region.bytes());
      assertThat(TensorData.of(file.info(name).dtype(), file.info(name).shape(), slice))
          .isEqualTo(file.read(name));
    }
  }

  @Test
  void randomTensorsSurviveTheRoundTripInAnyOrder() {
    List<DType> dtypes = List.of(DType.values());
    Random random = new Random(11);
    for (int round = 0; round < 40; round++) {
      Map<String, TensorData> tensors = new LinkedHashMap<>();
      for (int i = random.nextInt(8); i > 0; i--) {
        DType dtype = dtypes.get(random.nextInt(dtypes.size()));
        Shape shape = Shape.of(random.longs(random.nextInt(4), 0, 5).toArray());
        byte[] bytes = new byte[(int) shape.size() * dtype.bytes()];
        random.nextBytes(bytes);
        tensors.put(
            "näme/" + random.nextInt(), TensorData.of(dtype, shape, ByteBuffer.wrap(bytes)));
      }
      Path path = directory.resolve("random.safetensors");
      Map<String, String> metadata = Map.of("k\n\"", "v\u0001ü");
      try (SafetensorsWriter writer = SafetensorsWriter.create(path, infos(tensors), metadata)) {
        tensors.forEach(writer::accept);
        writer.commit();
      }
      SafetensorsFile file = SafetensorsFile.open(path);
      assertThat(file.metadata()).containsEntry("k\n\"", "v\u0001ü").containsEntry("format", "pt");
      assertThat(file.names()).containsExactlyInAnyOrderElementsOf(tensors.keySet());
      tensors.forEach((name, tensor) -> assertThat(file.read(name)).isEqualTo(tensor));
    }
  }

  @Test
  void tensorsBeyondTwoGigabytesAreFound() throws IOException {
    long big = 3L << 30;
    String json =
        "{\"big\":{\"dtype\":\"U8\",\"shape\":["
            + big
            + "],\"data_offsets\":[0,"
            + big
            + "]},"
            + "\"small\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":["
            + big
            + ","
            + (big + 4)
            + "]}}";
    byte[] header = json.getBytes(StandardCharsets.UTF_8);
    Path path = directory.resolve("sparse.safetensors");
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.write(
          ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).array());
      file.write(header);
      file.seek(8 + header.length + big);
      file.write(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(1.25f).array());
    }
    SafetensorsFile file = SafetensorsFile.open(path);
    assertThat(file.read("small")).isEqualTo(TensorData.ofFloats(new float[] {1.25f}, 1));
    assertThat(file.region("small").orElseThrow().offset()).isEqualTo(8 + header.length + big);
    assertThat(file.info("big").bytes()).isEqualTo(big);
  }

  @Test
  void otherTypesAreListedButNotRead() {
    SafetensorsFile file = SafetensorsFile.open(resource("badinput/S/good-other-type.safetensors"));
    assertThat(file.names()).containsExactly("w");
    assertThatThrownBy(() -> file.read("w"))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("tensor w: dtype: F8_E4M3");
    assertThatThrownBy(() -> file.info("v"))
        .isInstanceOf(UnknownNameException.class)
        .hasMessageContaining("did you mean w?");
  }

  @Test
  void aFileThatChangedIsNoticed() throws IOException {
    Path path = directory.resolve("x.safetensors");
    Files.copy(resource("safetensors/every-dtype.safetensors"), path);
    SafetensorsFile file = SafetensorsFile.open(path);
    Files.write(path, new byte[20]);
    assertThatThrownBy(() -> file.read("y.f32"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("y.f32");
    Files.delete(path);
    assertThatThrownBy(() -> file.read("y.f32")).isInstanceOf(CheckpointException.class);
    assertThatThrownBy(() -> SafetensorsFile.open(path)).hasMessageContaining("missing");
    assertThatThrownBy(() -> SafetensorsFile.open(directory)).hasMessageContaining("a directory");
  }

  @Test
  void aFailedWriteLeavesTheOldFile() throws IOException {
    Path path = directory.resolve("x.safetensors");
    Files.writeString(path, "old");
    Map<String, Weights.Info> infos =
        Map.of(
            "a",
            new Weights.Info(DType.F32, Shape.of(1)),
            "b",
            new Weights.Info(DType.F32, Shape.of(1)));
    TensorData one = TensorData.ofFloats(new float[1], 1);
    try (SafetensorsWriter writer = SafetensorsWriter.create(path, infos, Map.of())) {
      writer.accept("a", one);
      assertThatThrownBy(() -> writer.accept("a", one))
          .hasMessage("tensor: a (expected: only once)");
      assertThatThrownBy(() -> writer.accept("c", one))
          .hasMessageContaining("one that was announced");
      assertThatThrownBy(() -> writer.accept("b", one.reshape(Shape.of(1, 1))))
          .hasMessage("tensor b: F32 [1, 1] (expected: F32 [1])");
      assertThatThrownBy(writer::commit)
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("missing [b]");
    }
    assertThat(path).hasContent("old");
    assertThatThrownBy(
            () ->
                SafetensorsWriter.write(
                    path,
                    infos,
                    Map.of(),
                    name -> {
                      throw new IllegalStateException("no values");
                    }))
        .hasMessage("no values");
    assertThat(path).hasContent("old");
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactly(path);
    }
    assertThatThrownBy(() -> SafetensorsWriter.create(directory.resolve("no/x"), infos, Map.of()))
        .isInstanceOf(CheckpointException.class);
  }
}
