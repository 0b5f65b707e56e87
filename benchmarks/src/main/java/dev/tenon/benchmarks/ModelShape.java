package dev.tenon.benchmarks;

import dev.tenon.model.Model;
import dev.tenon.model.Network;
import dev.tenon.nn.HfModels;
import dev.tenon.nn.family.decoder.DecoderConfig;
import dev.tenon.nn.family.decoder.DecoderKeys;
import dev.tenon.nn.family.llama.LlamaConfig;
import dev.tenon.spec.Arguments;
import dev.tenon.tensor.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The networks that are timed: weights in F32, a tied head, random weights. */
public enum ModelShape implements Subject {
  /** 0.8 million parameters: what is not the matrices shows. Trains on 8 rows of 64 tokens. */
  S0(LlamaConfig.of(512, 128, 352, 4, 2).withKeyValueHeads(1), 8, 64),
  /** 82 million parameters. Trains on 4 rows of 128 tokens. */
  S1(LlamaConfig.of(8192, 768, 2048, 12, 12).withKeyValueHeads(4), 4, 128),
  /** 388 million parameters of a Qwen2: few heads of keys, wide MLPs, biases. */
  S2(LlamaConfig.of(32768, 896, 4864, 24, 14).withKeyValueHeads(2), 4, 128);

  /** Tokens of a prompt. */
  static final int PROMPT = 128;

  private static final long SEED = 1;

  final LlamaConfig config;
  final int trainRows;
  final int trainTokens;

  ModelShape(LlamaConfig config, int trainRows, int trainTokens) {
    this.config = config.withTiedHead(true);
    this.trainRows = trainRows;
    this.trainTokens = trainTokens;
  }

  /** A new network; its tokenizer's files are written to a directory that is empty. */
  Model create(Path directory) {
    return create(directory, Device.cpu());
  }

  /** The same on another device. */
  Model create(Path directory, Device device) {
    ByteTokenizer.write(directory, config.vocabSize());
    return HfModels.create(name(), device, keys(), directory, SEED);
  }

  /** Of config.json: S2's are a Qwen2's, whose sizes have Llama's names. */
  private Map<String, Object> keys() {
    if (this != S2) {
      return config.toMap();
    }
    Map<String, Object> keys = new LinkedHashMap<>(DecoderKeys.toMap(config.decoder()));
    keys.put("architectures", List.of("Qwen2ForCausalLM"));
    keys.put("model_type", "qwen2");
    return keys;
  }

  /** The weights that one decoded token reads: every matrix once, the tied head among them. */
  long matrixWeights() {
    DecoderConfig c = config.decoder();
    long heads = (long) c.numAttentionHeads() + c.numKeyValueHeads();
    long layer = 2 * heads * c.headDim() + 3L * c.intermediateSize();
    return c.hiddenSize() * (c.numHiddenLayers() * layer + c.vocabSize());
  }

  /** The checkpoint {@code models/<name>}, written first if it is not there. */
  @Override
  public Path checkpoint(Path models) throws IOException {
    Path directory = models.resolve(name());
    if (!Files.exists(directory.resolve("model.safetensors"))) {
      Path tokenizer = Files.createTempDirectory("tenon-benchmark");
      Network network = create(tokenizer).network();
      Files.createDirectories(directory);
      network.save(directory, network.weights());
    }
    return directory;
  }

  /** A checkpoint's model. */
  static Model open(Path checkpoint) {
    return HfModels.registry()
        .create("hf", "benchmark", Device.cpu(), Arguments.of("path", checkpoint));
  }
}
