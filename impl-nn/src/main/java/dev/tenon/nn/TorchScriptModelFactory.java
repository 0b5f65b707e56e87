package dev.tenon.nn;

import dev.tenon.model.Model;
import dev.tenon.model.ModelFactory;
import dev.tenon.nn.tokenizer.HfTokenizer;
import dev.tenon.spec.ArgumentSchema;
import dev.tenon.spec.Arguments;
import dev.tenon.tensor.Device;
import java.nio.file.Path;

/**
 * Model type {@code torchscript}: a language model that Python traced or scripted, for inference.
 *
 * <p><b>The file's own code runs in this process.</b> Name only files that you trust as you trust a
 * library. That is why this factory is in no registry unless the application registers it, and why
 * every other way to open such a file refuses it.
 *
 * <p>Arguments: {@code path}, the file that {@code torch.jit.save} wrote; {@code tokenizer}, a
 * directory with tokenizer.json; {@code vocab_size} and {@code max_positions}, which the file does
 * not tell. Its {@code forward(input_ids, attention_mask)} takes two I64 [B, T], right-padded with
 * 0, the mask 1 for real tokens, and returns the logits [B, T, vocab_size]: alone, first in a
 * tuple, or as {@code "logits"} of a dict, as models of transformers do when they are traced. It
 * has to take any B and T.
 *
 * <p>Its outputs are LOGITS, TOKEN_LOGPROBS and ENTROPY. It generates without a cache, so each
 * token costs a pass over its whole sequence. It does not train and is not saved. Safe for threads.
 */
public final class TorchScriptModelFactory implements ModelFactory {
  /** The factory. */
  public TorchScriptModelFactory() {}

  @Override
  public String type() {
    return "torchscript";
  }

  @Override
  public ArgumentSchema schema() {
    return ArgumentSchema.none()
        .required("path", Path.class, "file", "model_path")
        .required("tokenizer", Path.class, "tokenizer_path", "tokenizer_name")
        .required("vocab_size", Integer.class)
        .required("max_positions", Integer.class, "max_position_embeddings", "n_positions");
  }

  @Override
  public Model create(String name, Device device, Arguments arguments) {
    TorchScriptNetwork network =
        TorchScriptNetwork.of(
            arguments.path("path"),
            arguments.get("vocab_size", Integer.class),
            arguments.get("max_positions", Integer.class));
    return new Model(name, network, HfTokenizer.open(arguments.path("tokenizer")), device);
  }
}
