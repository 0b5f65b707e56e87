package dev.tenon.backend.testkit;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LeakExtensionTest {
  private final Map<String, Long> open = new TreeMap<>(Map.of("values", 3L));
  private final LeakExtension leaks = new LeakExtension(() -> open);

  @Test
  void whatWasOpenBeforeIsNoLeak() {
    SortedMap<String, Long> before = leaks.open();
    open.put("values", 2L);
    assertThatCode(() -> leaks.check("test", before)).doesNotThrowAnyException();
  }

  @Test
  void whatIsNewIsNamedWithItsScope() {
    SortedMap<String, Long> before = leaks.open();
    open.put("values", 5L);
    open.put("scope trainBatch", 1L);
    assertThatThrownBy(() -> leaks.check("trainsOnce()", before))
        .isInstanceOf(AssertionError.class)
        .hasMessage(
            "native resources left open by trainsOnce(): scope trainBatch 0 -> 1, values 3 -> 5"
                + " (expected: no more than before)");
  }
}
