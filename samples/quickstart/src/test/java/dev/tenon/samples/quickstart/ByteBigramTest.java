package dev.tenon.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.List;
import org.junit.jupiter.api.Test;

class ByteBigramTest {
  @Test
  void smoothsByOneAndCountsAnswerBytesOnly() {
    // bos, prompt "p", answer "aab", eos; then bos, "p", "ab", eos
    List<NamedArray> train = AnswerBytes.of(List.of(batch("aab")));
    List<NamedArray> heldOut = AnswerBytes.of(List.of(batch("ab")));
    double a = -Math.log(2.0 / 257); // p a was seen once, p once
    double b = -Math.log(2.0 / 258); // a b was seen once, a twice
    assertThat(new ByteBigram(train).loss(heldOut)).isCloseTo((a + b) / 2, within(1e-12));
  }

  private static NamedArray batch(String answer) {
    int length = answer.length() + 3;
    long[] ids = new long[length];
    boolean[] prompt = new boolean[length];
    ids[0] = 256;
    ids[1] = 'p';
    prompt[0] = true;
    prompt[1] = true;
    for (int i = 0; i < answer.length(); i++) {
      ids[i + 2] = answer.charAt(i);
    }
    ids[length - 1] = 257;
    return NamedArray.builder(Items.ofLengths(length))
        .put("input_ids", TensorData.ofLongs(ids, length))
        .put("prompt_mask", TensorData.ofBooleans(prompt, length))
        .build();
  }
}
