package dev.tenon.catalog.job;

import dev.tenon.internal.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A process with all that it started: those of its group, where it leads one, and its descendants
 * in other groups. Safe for threads.
 */
final class ProcessTree {
  /** Two readings of a start may differ by the clock's steps. */
  private static final Duration SAME_START = Duration.ofSeconds(2);

  private static final long SECONDS_OF_KILL = 10;

  private final ProcessHandle root;
  private final boolean leadsGroup;
  private final Set<ProcessHandle> known = new LinkedHashSet<>();

  ProcessTree(ProcessHandle root, boolean leadsGroup) {
    this.root = root;
    this.leadsGroup = leadsGroup;
  }

  /** What a later process needs to find this one. */
  Map<String, @Nullable Object> toMap() {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("pid", root.pid());
    map.put("started", root.info().startInstant().map(Instant::toString).orElse(null));
    map.put("group", leadsGroup);
    return map;
  }

  /** The tree that was written down, if its root lives and is the same process. */
  static Optional<ProcessTree> find(JsonObject json) {
    Optional<Instant> started = json.findString("started").map(Instant::parse);
    return ProcessHandle.of(json.integer("pid"))
        .filter(ProcessHandle::isAlive)
        .filter(
            x ->
                started.isPresent()
                    && x.info().startInstant().map(y -> near(y, started.get())).orElse(false))
        .map(x -> new ProcessTree(x, json.bool("group")));
  }

  private static boolean near(Instant a, Instant b) {
    return Duration.between(a, b).abs().compareTo(SAME_START) <= 0;
  }

  /** Asks all to end. */
  synchronized void terminate() {
    look();
    signal("TERM");
    known.forEach(ProcessHandle::destroy);
  }

  /** Ends all. */
  synchronized void kill() {
    look();
    signal("KILL");
    known.forEach(ProcessHandle::destroyForcibly);
  }

  /** Descendants of a process that is gone cannot be found any more, so they are kept. */
  synchronized void look() {
    known.add(root);
    root.descendants().forEach(known::add);
  }

  private void signal(String name) {
    if (!leadsGroup) {
      return;
    }
    try {
      // A number of ours is all that the shell reads; it has kill built in.
      Process kill =
          new ProcessBuilder("sh", "-c", "kill -s " + name + " -- -" + root.pid())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!kill.waitFor(SECONDS_OF_KILL, TimeUnit.SECONDS)) {
        kill.destroyForcibly();
      }
    } catch (IOException e) {
      // No shell: the descendants are signalled one by one.
      look();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
