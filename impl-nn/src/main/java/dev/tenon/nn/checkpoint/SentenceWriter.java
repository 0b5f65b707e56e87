package dev.tenon.nn.checkpoint;

import dev.tenon.error.CheckpointException;
import dev.tenon.internal.Json;
import dev.tenon.internal.Problems;
import dev.tenon.model.EmbeddingHead;
import dev.tenon.model.EmbeddingHead.Pooling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes what makes a HuggingFace directory one of sentence-transformers, in the spelling that all
 * of its versions read.
 *
 * @param directory where to write
 */
record SentenceWriter(Path directory) {
  private static final String TYPES = "sentence_transformers.models.";
  private static final String POOLING = "1_Pooling";
  private static final String NORMALIZE = "2_Normalize";

  /** A vector that only transformers' own pooler makes is no module of sentence-transformers. */
  static boolean canTell(EmbeddingHead head) {
    return head.pooling() != Pooling.POOLER;
  }

  void write(EmbeddingHead head, int hiddenSize) {
    List<Map<String, Object>> modules = new ArrayList<>();
    modules.add(module(modules.size(), "", "Transformer"));
    modules.add(module(modules.size(), POOLING, "Pooling"));
    write(POOLING + "/" + SentenceModules.CONFIG, PoolingKeys.write(head.pooling(), hiddenSize));
    if (head.normalize()) {
      modules.add(module(modules.size(), NORMALIZE, "Normalize"));
      write(NORMALIZE + "/" + SentenceModules.CONFIG, Map.of());
    }
    write(SentenceModules.MODULES, modules);
    Map<String, Object> text = new LinkedHashMap<>();
    text.put("max_seq_length", head.maxSeqLength());
    text.put("do_lower_case", head.lowerCase());
    write(SentenceModules.TRANSFORMER, text);
    if (!head.prompt().isEmpty()) {
      Map<String, Object> model = new LinkedHashMap<>();
      model.put("prompts", Map.of("default", head.prompt()));
      model.put("default_prompt_name", "default");
      write(SentenceModules.MODEL, model);
    }
  }

  private static Map<String, Object> module(int index, String path, String type) {
    Map<String, Object> module = new LinkedHashMap<>();
    module.put("idx", index);
    module.put("name", Integer.toString(index));
    module.put("path", path);
    module.put("type", TYPES + type);
    return module;
  }

  private void write(String name, Object value) {
    Path file = directory.resolve(name);
    try {
      Files.createDirectories(directory.resolve(name).getParent());
      Files.writeString(file, Json.pretty(value));
    } catch (IOException e) {
      throw new CheckpointException(
          Problems.problem(file.toString(), String.valueOf(e.getMessage()), "to be written"), e);
    }
  }
}
