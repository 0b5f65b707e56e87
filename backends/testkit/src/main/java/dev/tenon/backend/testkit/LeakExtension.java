package dev.tenon.backend.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestInstanceFactoryContext;
import org.junit.jupiter.api.extension.TestInstancePreConstructCallback;

/**
 * A JUnit 5 extension that fails the test after which more native resources are open than before
 * it, and names them. Register it in a static field:
 *
 * <pre>
 * &#64;RegisterExtension
 * static final LeakExtension LEAKS = new LeakExtension(MyBackend::openHandles);
 * </pre>
 *
 * <p>Each test is checked after its {@code @AfterEach} methods, and the class after its
 * {@code @AfterAll} methods. The counter is that of the whole process, so such tests do not run in
 * parallel in one JVM.
 */
public final class LeakExtension
    implements BeforeAllCallback,
        AfterAllCallback,
        TestInstancePreConstructCallback,
        BeforeEachCallback,
        AfterEachCallback {
  private final Supplier<? extends Map<String, Long>> counter;
  private SortedMap<String, Long> beforeClass = new TreeMap<>();
  private SortedMap<String, Long> beforeTest = new TreeMap<>();
  private boolean counted;

  /**
   * An extension for one counter.
   *
   * @param counter what is open now: name of a scope or kind of handle to a number
   */
  public LeakExtension(Supplier<? extends Map<String, Long>> counter) {
    this.counter = counter;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    beforeClass = open();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    check(context.getDisplayName(), beforeClass);
  }

  /** Counts before the instance's fields open anything. */
  @Override
  public void preConstructTestInstance(
      TestInstanceFactoryContext factory, ExtensionContext context) {
    beforeTest = open();
    counted = true;
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    if (!counted) { // one instance for all tests
      beforeTest = open();
    }
    counted = false;
  }

  @Override
  public void afterEach(ExtensionContext context) {
    check(context.getDisplayName(), beforeTest);
  }

  /** What is open now. */
  SortedMap<String, Long> open() {
    return new TreeMap<>(counter.get());
  }

  /** Fails if more is open than before. */
  void check(String test, Map<String, Long> before) {
    List<String> grown = new ArrayList<>();
    open()
        .forEach(
            (name, count) -> {
              long earlier = before.getOrDefault(name, 0L);
              if (count > earlier) {
                grown.add(name + " " + earlier + " -> " + count);
              }
            });
    if (!grown.isEmpty()) {
      throw new AssertionError(
          "native resources left open by "
              + test
              + ": "
              + String.join(", ", grown)
              + " (expected: no more than before)");
    }
  }
}
