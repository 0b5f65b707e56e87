package dev.tenon.nn.lora;

import dev.tenon.error.UnknownNameException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Model;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Several adapters on one base, chosen by name. The models share the base's files, which engines
 * map; each engine has merged weights of its own. Going back is {@link #base()}: the same bits,
 * since nothing was written. Immutable and safe for threads.
 */
public final class LoraAdapters {
  private final Model base;
  private final SortedMap<String, LoraNetwork> byName;

  private LoraAdapters(Model base, SortedMap<String, LoraNetwork> byName) {
    this.base = base;
    this.byName = byName;
  }

  /**
   * Opens adapters; see {@link LoraNetwork#open}.
   *
   * @param base a model whose module is a network
   * @param directories what peft or {@link LoraNetwork#save} wrote, by the adapter's name
   * @throws dev.tenon.error.CheckpointException for the first directory that does not fit
   */
  public static LoraAdapters open(Model base, Map<String, Path> directories) {
    SortedMap<String, LoraNetwork> byName = new TreeMap<>();
    new TreeMap<>(directories)
        .forEach((name, x) -> byName.put(name, LoraNetwork.open(base.network(), x)));
    return new LoraAdapters(base, byName);
  }

  /** The names, sorted. */
  public SortedSet<String> names() {
    return Collections.unmodifiableSortedSet(new TreeSet<>(byName.keySet()));
  }

  /** The model without an adapter. */
  public Model base() {
    return base;
  }

  /**
   * The model with an adapter, ready for a backend.
   *
   * @throws UnknownNameException for a name that is not among {@link #names()}
   */
  public Model with(String name) {
    LoraNetwork network = byName.get(name);
    if (network == null) {
      throw new UnknownNameException(
          Problems.problem("adapter", name, "one of " + byName.keySet()));
    }
    return base.withModule(network);
  }

  /** The base and the names. */
  @Override
  public String toString() {
    return "LoraAdapters(" + base + ", " + byName.keySet() + ")";
  }
}
