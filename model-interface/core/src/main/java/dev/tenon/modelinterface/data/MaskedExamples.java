package dev.tenon.modelinterface.data;

import dev.tenon.chat.ChatOptions;
import dev.tenon.chat.ChatTemplate;
import dev.tenon.chat.RenderedChat;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Tokenizer;
import dev.tenon.model.Tokenizer.Encoding;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import dev.tenon.tensor.TokenIds;
import java.util.BitSet;
import java.util.List;

/** Encoded conversations of one sequence each: {@code input_ids} and {@code loss_mask}. */
record MaskedExamples(List<Example> examples) implements Dataset {
  MaskedExamples {
    examples = List.copyOf(examples);
  }

  static Example of(
      long number, Conversation conversation, Tokenizer tokenizer, ChatTemplate template) {
    ChatOptions options = ChatOptions.conversation().withTools(conversation.tools());
    RenderedChat chat = template.render(conversation.messages(), options);
    Encoding encoding = tokenizer.encode(chat.text(), false);
    boolean[] mask =
        chat.assistant()
            .map(spans -> AssistantTokens.marked(encoding, spans))
            .orElseGet(
                () ->
                    AssistantTokens.within(
                        encoding, AssistantTokens.lastTurn(conversation, template, chat)));
    BitSet learned = new BitSet();
    for (int t = 0; t < mask.length; t++) {
      learned.set(t, mask[t]);
    }
    if (learned.nextSetBit(1) < 0) {
      throw new InvalidInputException(
          Problems.problem("tokens of the assistant", 0, "at least one, with one before it"));
    }
    return new Example(Long.toString(number), encoding.ids(), learned);
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
    boolean[] learned = new boolean[length];
    for (int t = 0; t < length; t++) {
      learned[t] = example.learned().get(t);
    }
    return NamedArray.builder(Items.of(List.of(example.id()), List.of(length)))
        .put("input_ids", TensorData.ofLongs(example.tokens().toArray(), length))
        .put("loss_mask", TensorData.ofBooleans(learned, length))
        .build();
  }

  /** One line's tokens and which of them are learned; the id is the line's number. */
  record Example(String id, TokenIds tokens, BitSet learned) {}
}
