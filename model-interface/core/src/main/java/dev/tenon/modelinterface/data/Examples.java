package dev.tenon.modelinterface.data;

import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import dev.tenon.tensor.TokenIds;
import java.util.Arrays;
import java.util.List;

/** Encoded examples of one sequence each: {@code input_ids} and {@code prompt_mask}. */
record Examples(List<Example> examples) implements Dataset {
  Examples {
    examples = List.copyOf(examples);
  }

  @Override
  public int size() {
    return examples.size();
  }

  @Override
  public long tokens(int index) {
    return examples.get(index).tokens().size();
  }

  @Override
  public NamedArray item(int index) {
    Example example = examples.get(index);
    int length = example.tokens().size();
    boolean[] prompt = new boolean[length];
    Arrays.fill(prompt, 0, example.promptTokens(), true);
    return NamedArray.builder(Items.of(List.of(example.id()), List.of(length)))
        .put("input_ids", TensorData.ofLongs(example.tokens().toArray(), length))
        .put("prompt_mask", TensorData.ofBooleans(prompt, length))
        .build();
  }

  /** One line's tokens, the prompt first; the id is the line's number. */
  record Example(String id, TokenIds tokens, int promptTokens) {}
}
