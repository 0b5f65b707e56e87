package dev.tenon.nn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.tenon.checkpoint.SafetensorsFile;
import dev.tenon.checkpoint.ShardedWeights;
import dev.tenon.internal.Json;
import dev.tenon.model.Model;
import dev.tenon.model.Network;
import dev.tenon.nn.HfModels;
import dev.tenon.nn.Resources;
import dev.tenon.nn.family.llama.LlamaConfig;
import dev.tenon.spec.Arguments;
import dev.tenon.tensor.Device;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint beyond 4 GiB whose file takes no room on the disk: opening must not read it. */
class SparseCheckpointTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final long MAX_NANOS = 500_000_000;
  private static final long MAX_BYTES = 50L << 20;

  /** 1,048,576 × 1,024 F32 are 4 GiB. */
  private static final LlamaConfig CONFIG =
      LlamaConfig.of(1 << 20, 1 << 10, 64, 2, 16).withTiedHead(true);

  @TempDir Path directory;

  @BeforeEach
  void write() throws IOException {
    Path tokenizer = Resources.path("families/llama");
    Network network = HfModels.create("x", Device.cpu(), CONFIG.toMap(), tokenizer, 1).network();
    Map<String, Object> header = new LinkedHashMap<>();
    long end = 0;
    for (var parameter : network.parameters()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("dtype", "F32");
      entry.put("shape", parameter.shape().dims());
      entry.put("data_offsets", List.of(end, end + 4 * parameter.shape().size()));
      header.put(parameter.name(), entry);
      end += 4 * parameter.shape().size();
    }
    byte[] json = Json.compact(header).getBytes(StandardCharsets.UTF_8);
    try (RandomAccessFile file = new RandomAccessFile(weights().toFile(), "rw")) {
      file.writeLong(Long.reverseBytes(json.length));
      file.write(json);
      file.setLength(8 + json.length + end);
    }
    Files.write(directory.resolve("config.json"), Json.prettyBytes(CONFIG.toMap()));
    for (String name : List.of("tokenizer.json", "tokenizer_config.json")) {
      Files.copy(tokenizer.resolve(name), directory.resolve(name));
    }
    assertThat(Files.size(weights())).isGreaterThan(4L << 30);
  }

  private Path weights() {
    return directory.resolve("model.safetensors");
  }

  @Test
  void theFileOpensInHalfASecondWithinFiftyMegabytes() throws Exception {
    SafetensorsFile file = limited(() -> SafetensorsFile.open(weights()));
    assertThat(file.names()).hasSize(2 * 9 + 2);
    limited(() -> ShardedWeights.open(directory, "model"));
  }

  @Test
  void theModelOpensInHalfASecondWithinFiftyMegabytes() throws Exception {
    Model model =
        limited(
            () ->
                HfModels.registry()
                    .create("hf", "big", Device.cpu(), Arguments.of("path", directory)));
    assertThat(model.network().weights().info("model.embed_tokens.weight").bytes())
        .isEqualTo(4L << 30);
  }

  /** The thread's own clock and allocations, so that a busy machine changes nothing. */
  private static <T> T limited(Callable<T> opening) throws Exception {
    long bytes = THREADS.getCurrentThreadAllocatedBytes();
    long nanos = THREADS.getCurrentThreadCpuTime();
    T opened = opening.call();
    assertThat(THREADS.getCurrentThreadCpuTime() - nanos).isLessThan(MAX_NANOS);
    assertThat(THREADS.getCurrentThreadAllocatedBytes() - bytes).isLessThan(MAX_BYTES);
    return opened;
  }
}
