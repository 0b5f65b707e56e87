package consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.tenon.generation.GenerationOptions;
import dev.tenon.model.Model;
import dev.tenon.modelinterface.text.Generation;
import dev.tenon.modelinterface.text.TextGenerator;
import dev.tenon.nn.HfModels;
import dev.tenon.nn.family.llama.LlamaConfig;
import dev.tenon.tensor.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a new user does first, with nothing but the published artifacts. */
class ConsumerTest {
  @Test
  void opensACheckpointAndGenerates(@TempDir Path directory) throws IOException {
    Path checkpoint = Files.createDirectory(directory.resolve("checkpoint"));
    Model fresh =
        HfModels.create(
            "tiny",
            Device.cpu(),
            LlamaConfig.of(27, 16, 32, 2, 2).toMap(),
            tokenizer(directory),
            1);
    fresh.network().save(checkpoint, fresh.network().weights());

    try (TextGenerator llm = TextGenerator.open(checkpoint)) {
      Generation answer = llm.generate("a b c", GenerationOptions.greedy(8).ignoringEos());
      assertEquals(3, answer.usage().promptTokens());
      assertEquals(8, answer.tokenIds().size());
      assertFalse(answer.text().isEmpty());
    }
  }

  /** One id per letter. */
  private static Path tokenizer(Path directory) throws IOException {
    String vocabulary =
        IntStream.range(0, 26)
            .mapToObj(i -> "\"" + (char) ('a' + i) + "\": " + i)
            .collect(Collectors.joining(", "));
    String json =
        """
        {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
         "pre_tokenizer": {"type": "Whitespace"}, "post_processor": null, "decoder": null,
         "model": {"type": "WordLevel", "vocab": {%s, "?": 26}, "unk_token": "?"}}
        """
            .formatted(vocabulary);
    Path folder = Files.createDirectory(directory.resolve("tokenizer"));
    Files.writeString(folder.resolve("tokenizer.json"), json);
    return folder;
  }
}
