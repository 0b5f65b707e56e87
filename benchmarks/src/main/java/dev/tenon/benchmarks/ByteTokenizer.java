package dev.tenon.benchmarks;

import dev.tenon.internal.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A tokenizer of any size in HuggingFace's format: bytes, the special tokens, then byte pairs of
 * two and of four letters. Byte-level BPE as GPT-2 has it, without anyone's vocabulary.
 */
final class ByteTokenizer {
  private static final int PAD = 256;
  private static final int BOS = 257;
  private static final int EOS = 258;

  private ByteTokenizer() {}

  /** Writes tokenizer.json and tokenizer_config.json. */
  static void write(Path directory, int vocabSize) {
    try {
      Files.write(directory.resolve("tokenizer.json"), Json.prettyBytes(tokenizer(vocabSize)));
      Files.write(directory.resolve("tokenizer_config.json"), Json.prettyBytes(config()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Object> config() {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("tokenizer_class", "PreTrainedTokenizerFast");
    config.put("bos_token", "<|bos|>");
    config.put("eos_token", "<|eos|>");
    config.put("pad_token", "<|pad|>");
    return config;
  }

  private static Map<String, Object> tokenizer(int vocabSize) {
    Map<String, Object> byteLevel = new LinkedHashMap<>();
    byteLevel.put("type", "ByteLevel");
    byteLevel.put("add_prefix_space", false);
    byteLevel.put("trim_offsets", true);
    byteLevel.put("use_regex", true);
    Map<String, Object> tokenizer = new LinkedHashMap<>();
    tokenizer.put("version", "1.0");
    tokenizer.put(
        "added_tokens",
        List.of(added(PAD, "<|pad|>"), added(BOS, "<|bos|>"), added(EOS, "<|eos|>")));
    tokenizer.put("pre_tokenizer", byteLevel);
    tokenizer.put("decoder", byteLevel);
    tokenizer.put("model", model(vocabSize));
    return tokenizer;
  }

  private static Map<String, Object> added(int id, String content) {
    Map<String, Object> token = new LinkedHashMap<>();
    token.put("id", id);
    token.put("content", content);
    for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
      token.put(flag, false);
    }
    token.put("special", true);
    return token;
  }

  private static Map<String, Object> model(int vocabSize) {
    Map<String, Object> vocab = new LinkedHashMap<>();
    List<String> bytes = bytes();
    bytes.forEach(x -> vocab.put(x, vocab.size()));
    vocab.put("<|pad|>", PAD);
    vocab.put("<|bos|>", BOS);
    vocab.put("<|eos|>", EOS);
    List<String> letters = bytes.subList('a', 'z' + 1);
    List<Object> merges = new ArrayList<>();
    List<String> pairs = new ArrayList<>();
    join(letters, vocabSize, vocab, merges, pairs);
    join(pairs, vocabSize, vocab, merges, new ArrayList<>());
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("type", "BPE");
    model.put("vocab", vocab);
    model.put("merges", merges);
    return model;
  }

  /** Every two parts become a token, as long as there is room. */
  private static void join(
      List<String> parts,
      int vocabSize,
      Map<String, Object> vocab,
      List<Object> merges,
      List<String> joined) {
    for (String first : parts) {
      for (String second : parts) {
        if (vocab.size() < vocabSize) {
          vocab.put(first + second, vocab.size());
          merges.add(List.of(first, second));
          joined.add(first + second);
        }
      }
    }
  }

  /** GPT-2's letters for the bytes 0 to 255: printable ones stand for themselves. */
  private static List<String> bytes() {
    List<String> letters = new ArrayList<>();
    int others = 0;
    for (int b = 0; b < 256; b++) {
      boolean printable = (b > ' ' && b < 0x7f) || (b > 0xa0 && b != 0xad);
      letters.add(String.valueOf((char) (printable ? b : 0x100 + others++)));
    }
    return letters;
  }
}
