package dev.tenon.testtiers;

import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.platform.engine.TestTag;
import org.opentest4j.TestAbortedException;

/**
 * Fails a test of a required tier that aborts itself by an assumption, unless its reason begins
 * with {@code does not apply}: nothing that could be installed would make it run.
 */
public final class RequiredTiers
    implements TestExecutionExceptionHandler, LifecycleMethodExecutionExceptionHandler {
  private static final String DOES_NOT_APPLY = "does not apply";

  private final Set<Tier> required = Tier.required();

  /** Reads the required tiers from the system properties. */
  public RequiredTiers() {}

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable thrown)
      throws Throwable {
    throw judge(context, thrown);
  }

  @Override
  public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable thrown)
      throws Throwable {
    throw judge(context, thrown);
  }

  @Override
  public void handleBeforeEachMethodExecutionException(ExtensionContext context, Throwable thrown)
      throws Throwable {
    throw judge(context, thrown);
  }

  private Throwable judge(ExtensionContext context, Throwable thrown) {
    Tier tier = tier(context);
    boolean applies = !String.valueOf(thrown.getMessage()).startsWith(DOES_NOT_APPLY);
    if (thrown instanceof TestAbortedException && applies && required.contains(tier)) {
      return new AssertionError(
          "skipped: " + thrown.getMessage() + " (expected: tier " + tier.label() + " runs)",
          thrown);
    }
    return thrown;
  }

  private static Tier tier(ExtensionContext context) {
    return Tier.of(context.getTags().stream().map(TestTag::create).collect(Collectors.toSet()));
  }
}
