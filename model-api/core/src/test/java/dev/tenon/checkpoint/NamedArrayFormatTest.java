package dev.tenon.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.CheckpointException;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.FieldKind;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NamedArrayFormatTest {
  private final NamedArray batch =
      NamedArray.builder(new Items(List.of("ä", "b\"c"), List.of(2, 1), List.of(2, 1, 3)))
          .put("input_ids", TensorData.ofLongs(new long[] {1, 2, 3, 4, 5, 6}, 6))
          .put("logprobs", TensorData.ofFloats(new float[] {-1, -2, -3}, 3))
          .put("g.mask", FieldKind.TOKEN, TensorData.zeros(DType.BOOL, 6))
          .put("weight", FieldKind.ITEM, TensorData.zeros(DType.F64, 2, 0))
          .metadata("source", "täst")
          .metadata("format", "mine")
          .build();

  @TempDir private Path directory;

  @Test
  void filesKeepEverything() {
    Path file = directory.resolve("batch.safetensors");
    NamedArrayFormat.write(file, batch);
    assertThat(NamedArrayFormat.read(file)).isEqualTo(batch);
    NamedArray plain =
        NamedArray.of(Map.of("x", TensorData.zeros(DType.I8, 3))).withMetadata("k", "v");
    NamedArrayFormat.write(file, plain);
    assertThat(NamedArrayFormat.read(file)).isEqualTo(plain);
  }

  @Test
  void streamsHoldTheBytesOfTheFileOneAfterTheOther() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    NamedArray second = NamedArray.of(Map.of());
    NamedArrayFormat.write(Channels.newChannel(out), batch);
    Path file = directory.resolve("batch.safetensors");
    NamedArrayFormat.write(file, batch);
    assertThat(out.toByteArray()).isEqualTo(Files.readAllBytes(file));
    NamedArrayFormat.write(Channels.newChannel(out), second);
    ReadableByteChannel in = Channels.newChannel(new ByteArrayInputStream(out.toByteArray()));
    assertThat(NamedArrayFormat.read(in, "stream", 1000)).isEqualTo(batch);
    assertThat(NamedArrayFormat.read(in, "stream", 1000)).isEqualTo(second);
    assertThatThrownBy(() -> NamedArrayFormat.read(in, "stream", 1000))
        .isInstanceOf(CheckpointException.class)
        .hasMessage("stream: stream: ended (expected: 8 more bytes)");
  }

  @Test
  void aStreamOverItsLimitIsRefused() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    NamedArrayFormat.write(
        Channels.newChannel(out), NamedArray.of(Map.of("x", TensorData.zeros(DType.I8, 5000))));
    assertThatThrownBy(
            () ->
                NamedArrayFormat.read(
                    Channels.newChannel(new ByteArrayInputStream(out.toByteArray())),
                    "stream",
                    4999))
        .isInstanceOf(CheckpointException.class)
        .hasMessage("stream: data: 5000 bytes (expected: at most 4999)");
    byte[] cut = Arrays.copyOf(out.toByteArray(), out.size() - 1);
    assertThatThrownBy(
            () ->
                NamedArrayFormat.read(
                    Channels.newChannel(new ByteArrayInputStream(cut)), "stream", 5000))
        .hasMessage("stream: stream: ended (expected: 1 more bytes)");
  }

  @Test
  void filesOfOthersAreArraysWithoutItems() {
    NamedArray array =
        NamedArrayFormat.read(SafetensorsFileTest.resource("safetensors/every-dtype.safetensors"));
    assertThat(array.hasItems()).isFalse();
    assertThat(array.metadata()).containsExactly(Map.entry("format", "pt"));
    assertThat(array.group("x").get("f16").dtype()).isEqualTo(DType.F16);
  }

  @Test
  void itemsThatDoNotFitAreRefused() {
    Path file = directory.resolve("x.safetensors");
    Map<String, TensorData> tensors = Map.of("x", TensorData.zeros(DType.I8, 3));
    for (String items :
        List.of(
            "[]",
            "{",
            "{\"ids\":[1]}",
            "{\"ids\":[\"a\"],\"sequences_per_item\":[1],\"lengths\":[99999999999]}",
            "{\"ids\":[\"a\"],\"sequences_per_item\":[1],\"lengths\":[4]}")) {
      SafetensorsWriter.write(
          file,
          SafetensorsFileTest.infos(tensors),
          Map.of("tenon.items", items, "tenon.kinds", "{\"x\":\"token\"}"),
          tensors::get);
      assertThatThrownBy(() -> NamedArrayFormat.read(file))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("x.safetensors");
    }
  }
}
