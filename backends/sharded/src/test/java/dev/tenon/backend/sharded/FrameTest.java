package dev.tenon.backend.sharded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.WorkerLostException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FrameTest {
  private static final byte[] FRAME =
      Frame.encode(
          List.of(
              Frame.Section.of(Map.of("verb", "forward"), new byte[0]),
              Frame.Section.of(Map.of("rank", 1), new byte[] {1, 2, 3})));

  @Test
  void sectionsComeBackAsTheyWere() {
    List<Frame.Section> sections = Frame.decode(FRAME);
    assertThat(sections).hasSize(2);
    assertThat(sections.get(0).head("test").string("verb")).isEqualTo("forward");
    assertThat(sections.get(1).head("test").integer("rank")).isEqualTo(1);
    assertThat(sections.get(1).data()).containsExactly(1, 2, 3);
  }

  @Test
  void aFrameThatBreaksOffIsRefused() {
    for (int length = 0; length < FRAME.length; length++) {
      byte[] part = Arrays.copyOf(FRAME, length);
      assertThatThrownBy(() -> Frame.decode(part))
          .isInstanceOf(WorkerLostException.class)
          .hasMessage("reply of the worker: " + part.length + " bytes (expected: a whole frame)");
    }
  }
}
