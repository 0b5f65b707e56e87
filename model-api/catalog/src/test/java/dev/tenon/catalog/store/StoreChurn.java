package dev.tenon.catalog.store;

import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnknownNameException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * A process that works with a store, by a seed, and tells on stdout what has been done; what takes
 * something away is told before as well. Arguments: home, name of the process, seed, number of
 * operations, what to do: {@code fill} (a commit and an alias each) or {@code churn} (all there
 * is).
 */
final class StoreChurn {
  private final ModelStore store;
  private final String process;
  private final Random random;

  private StoreChurn(ModelStore store, String process, long seed) {
    this.store = store;
    this.process = process;
    this.random = new Random(seed);
  }

  public static void main(String... arguments) {
    try (ModelStore store = ModelStore.open(Path.of(arguments[0]))) {
      StoreChurn churn = new StoreChurn(store, arguments[1], Long.parseLong(arguments[2]));
      int operations = Integer.parseInt(arguments[3]);
      tell("ready");
      for (int i = 0; i < operations; i++) {
        if (arguments[4].equals("fill")) {
          churn.alias(churn.commit());
        } else {
          churn.step();
        }
      }
    }
  }

  private static synchronized void tell(String line) {
    System.out.print(line + "\n");
    System.out.flush();
  }

  private void step() {
    int dice = random.nextInt(100);
    try {
      if (dice < 50) {
        commit();
      } else if (dice < 65) {
        any().ifPresent(this::alias);
      } else if (dice < 75) {
        any().ifPresent(this::link);
      } else if (dice < 88) {
        any().ifPresent(this::remove);
      } else {
        tell("collected " + store.collect());
      }
    } catch (UnknownNameException | InvalidInputException e) {
      // Another process was faster, or holds it.
      tell("refused " + e.getMessage());
    }
  }

  private ObjectName name() {
    return ObjectName.model(random.nextInt(3) == 0 ? "common" : "of-" + process);
  }

  private StoredVersion commit() {
    Map<String, String> files = new TreeMap<>();
    files.put("config.json", "{}");
    // Few different ones, so that most contents and many trees are there already.
    files.put(
        "model.safetensors", ("w" + random.nextInt(12)).repeat(1 + random.nextInt(2) * 40_000));
    files.put("deep/er/tokenizer.json", "t" + random.nextInt(4));
    if (random.nextBoolean()) {
      files.put("only.txt", process + random.nextLong());
    }
    StoredVersion made =
        store.commit(name(), StoreFixture.staged(store, files), VersionRecord.EMPTY);
    tell("committed " + made.ref().text() + " " + made.digest());
    return made;
  }

  private Optional<StoredVersion> any() {
    List<StoredVersion> all = store.versions(name());
    return all.isEmpty() ? Optional.empty() : Optional.of(all.get(random.nextInt(all.size())));
  }

  private void alias(StoredVersion version) {
    String what = version.object().text() + " by-" + process + " " + version.number();
    tell("aliasing " + what);
    store.alias(version.object(), "by-" + process, version.number());
    tell("aliased " + what);
  }

  private void link(StoredVersion version) {
    StoredVersion made = store.link(name(), version, VersionRecord.EMPTY);
    tell("committed " + made.ref().text() + " " + made.digest());
  }

  private void remove(StoredVersion version) {
    tell("removing " + version.ref().text());
    store.remove(version.ref());
    tell("removed " + version.ref().text());
  }
}
