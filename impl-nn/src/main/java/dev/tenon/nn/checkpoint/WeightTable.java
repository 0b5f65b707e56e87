package dev.tenon.nn.checkpoint;

import dev.tenon.checkpoint.Weights;
import dev.tenon.error.CheckpointException;
import dev.tenon.error.UnknownNameException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Parameter;
import dev.tenon.nn.family.Architecture;
import dev.tenon.tensor.TensorData;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A source's tensors that are a network's parameters, checked by name, type and shape without
 * reading values. Immutable; as safe for threads as the source.
 */
final class WeightTable implements Weights {
  private static final int SHOWN = 20;

  private final Weights source;
  private final SortedSet<String> names;

  /**
   * Checks the source.
   *
   * @param what what the source is, for messages
   * @throws CheckpointException with every tensor that is missing, unknown, of a wrong shape or of
   *     no floating type
   */
  WeightTable(String what, Architecture architecture, Weights source) {
    this.source = source;
    SortedSet<String> table = new TreeSet<>();
    architecture.parameters().forEach(x -> table.add(x.name()));
    this.names = Collections.unmodifiableSortedSet(table);
    Problems problems = new Problems();
    int found = known(architecture, problems) + unknown(architecture, problems);
    if (found > SHOWN) {
      problems.add("and " + (found - SHOWN) + " more tensors");
    }
    problems.throwIfAny(x -> new CheckpointException(what + ": " + x));
  }

  private int known(Architecture architecture, Problems problems) {
    int found = 0;
    SortedSet<String> present = source.names();
    for (Parameter each : architecture.parameters()) {
      String problem =
          present.contains(each.name()) ? mismatch(each, source.info(each.name())) : "missing";
      if (!problem.isEmpty() && found++ < SHOWN) {
        problems.add(each.name(), problem, each.shape() + " of a floating type");
      }
    }
    return found;
  }

  private static String mismatch(Parameter parameter, Info info) {
    boolean fits = info.shape().equals(parameter.shape()) && info.dtype().isFloating();
    return fits ? "" : info.shape() + " " + info.dtype();
  }

  private int unknown(Architecture architecture, Problems problems) {
    int found = 0;
    for (String name : source.names()) {
      boolean known = names.contains(name) || architecture.ignored().matcher(name).matches();
      if (!known && !tied(architecture, name, problems) && found++ < SHOWN) {
        problems.add(name, "unknown", "a parameter of " + architecture.name());
      }
    }
    return found;
  }

  /** A tied name may be in the file as well, if it holds the same values. */
  private boolean tied(Architecture architecture, String name, Problems problems) {
    String other = architecture.tied().get(name);
    if (other == null || !source.names().contains(other)) {
      return other != null;
    }
    boolean same =
        source.info(name).equals(source.info(other))
            && source.read(name).equals(source.read(other));
    problems.check(same, name, "other values than " + other, "the same, as the two are tied");
    return true;
  }

  @Override
  public SortedSet<String> names() {
    return names;
  }

  @Override
  public Info info(String name) {
    return source.info(known(name));
  }

  @Override
  public TensorData read(String name) {
    return source.read(known(name));
  }

  @Override
  public Optional<Region> region(String name) {
    return source.region(known(name));
  }

  private String known(String name) {
    if (!names.contains(name)) {
      throw new UnknownNameException(
          Problems.problem("parameter", name, "a name of the parameter table"));
    }
    return name;
  }
}
