package dev.tenon.nn.fuzz;

import static org.assertj.core.api.Assertions.assertThatCode;

import dev.tenon.internal.Json;
import dev.tenon.nn.family.llama.LlamaConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The fuzzer's target on valid files and on some thousand broken ones; Jazzer goes on from here.
 */
class FuzzTargetTest {
  private static final int MUTATIONS = 500;

  private final Random random = new Random(1);

  @Test
  void validAndBrokenFilesGiveResultsOrErrorsOfOurOwn() {
    for (byte[] seed : seeds()) {
      run(seed);
      for (int i = 0; i < MUTATIONS; i++) {
        run(broken(seed));
      }
    }
  }

  private static void run(byte[] input) {
    assertThatCode(() -> FuzzTarget.fuzzerTestOneInput(input))
        .as(() -> new String(input, StandardCharsets.ISO_8859_1))
        .doesNotThrowAnyException();
  }

  /** With -Dtenon.fuzz.corpus=DIR the seeds are written there, for Jazzer. */
  @Test
  void seedsAreWrittenWhereAskedFor(@TempDir Path temporary) throws IOException {
    Path corpus = Path.of(System.getProperty("tenon.fuzz.corpus", temporary.toString()));
    Files.createDirectories(corpus);
    List<byte[]> seeds = seeds();
    for (int i = 0; i < seeds.size(); i++) {
      Files.write(corpus.resolve("seed-" + i), seeds.get(i));
    }
  }

  private static List<byte[]> seeds() {
    String tensors =
        "{\"__metadata__\":{\"format\":\"pt\"},\"a\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]},"
            + "\"b\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[8,10]},"
            + "\"c\":{\"dtype\":\"F8_E4M3\",\"shape\":[1],\"data_offsets\":[10,11]}}";
    String data = "\0".repeat(11);
    String length = String.valueOf((char) tensors.length()) + "\0".repeat(7);
    return List.of(
        latin1("\0" + length + tensors + data),
        latin1("\1" + tensors + data),
        latin1("\2{\"metadata\":{\"total_size\":8},\"weight_map\":{\"w\":\"a.safetensors\"}}"),
        utf8("\3" + Json.pretty(LlamaConfig.of(64, 16, 32, 2, 4).toMap())),
        utf8(
            "\3"
                + Json.pretty(
                    Map.of(
                        "model_type",
                        "gpt2",
                        "vocab_size",
                        64,
                        "n_embd",
                        16,
                        "n_layer",
                        2,
                        "n_head",
                        4,
                        "n_positions",
                        32,
                        "resid_pdrop",
                        0.1))),
        utf8(
            "\3{\"model_type\":\"llama\",\"vocab_size\":8,\"hidden_size\":8,\"intermediate_size\":8,\"num_hidden_layers\":1,"
                + "\"num_attention_heads\":2,\"rms_norm_eps\":1e-5,\"rope_theta\":1e4,\"rope_scaling\":{\"rope_type\":\"llama3\",\"factor\":8.0,"
                + "\"low_freq_factor\":1.0,\"high_freq_factor\":4.0,\"original_max_position_embeddings\":64},\"eos_token_id\":[1,2]}"));
  }

  private static byte[] latin1(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** One to four changes: a byte, a cut, a repetition, a number. */
  private byte[] broken(byte[] seed) {
    byte[] bytes = seed.clone();
    for (int change = 1 + random.nextInt(4); change > 0 && bytes.length > 1; change--) {
      int at = 1 + random.nextInt(bytes.length - 1);
      bytes =
          switch (random.nextInt(4)) {
            case 0 -> {
              bytes[at] = (byte) random.nextInt(256);
              yield bytes;
            }
            case 1 -> java.util.Arrays.copyOf(bytes, at);
            case 2 ->
                join(
                    bytes,
                    at,
                    java.util.Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + 20)));
            default ->
                join(
                    bytes,
                    at,
                    latin1(
                        List.of("9".repeat(19), "-1", "1e308", "null", "[", "{\"a\":", "\"", "true")
                            .get(random.nextInt(8))));
          };
    }
    return bytes;
  }

  private static byte[] join(byte[] bytes, int at, byte[] inserted) {
    byte[] all = java.util.Arrays.copyOf(bytes, bytes.length + inserted.length);
    System.arraycopy(inserted, 0, all, at, inserted.length);
    System.arraycopy(bytes, at, all, at + inserted.length, bytes.length - at);
    return all;
  }
}
