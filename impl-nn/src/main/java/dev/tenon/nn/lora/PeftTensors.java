package dev.tenon.nn.lora;

import dev.tenon.checkpoint.SafetensorsFile;
import dev.tenon.checkpoint.Weights;
import dev.tenon.error.CheckpointException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Parameter;
import dev.tenon.tensor.TensorData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * {@code adapter_model.safetensors}: {@code base_model.model.<module>.lora_A.weight} and so on,
 * under the names without {@code base_model.model.}. Immutable and safe for threads.
 */
final class PeftTensors implements Weights {
  static final String FILE = "adapter_model";
  static final String PREFIX = "base_model.model.";

  /** Key of the file's metadata: a digest of the weights that the adapters were trained on. */
  static final String BASE = "base_sha256";

  private static final int SHOWN = 20;

  private final SafetensorsFile file;
  private final SortedSet<String> names;

  private PeftTensors(SafetensorsFile file) {
    this.file = file;
    SortedSet<String> found = new TreeSet<>();
    for (String name : file.names()) {
      if (!name.startsWith(PREFIX)) {
        throw new CheckpointException(
            Problems.problem(file.file() + ": tensor", name, "a name that starts with " + PREFIX));
      }
      found.add(name.substring(PREFIX.length()));
    }
    names = Collections.unmodifiableSortedSet(found);
  }

  /**
   * Opens the file of a directory.
   *
   * @throws CheckpointException if it is missing, above all where there is only a pickle, or
   *     damaged
   */
  static PeftTensors open(Path directory) {
    Path found = directory.resolve(FILE + ".safetensors");
    Path pickle = directory.resolve(FILE + ".bin");
    if (!Files.exists(found) && Files.exists(pickle)) {
      throw new CheckpointException(
          Problems.problem(
              pickle.toString(),
              "a pickle",
              found.getFileName() + "; pickles run code and are never loaded"));
    }
    return new PeftTensors(SafetensorsFile.open(found));
  }

  /** The modules that have an adapter here. */
  List<String> modules() {
    return names.stream()
        .filter(x -> x.endsWith(LoraLayer.A))
        .map(x -> x.substring(0, x.length() - LoraLayer.A.length()))
        .toList();
  }

  /** Digest of the base that the adapters were trained on, if the file tells. */
  Optional<String> base() {
    return Optional.ofNullable(file.metadata().get(BASE));
  }

  /**
   * Checks names, shapes and types, without reading values.
   *
   * @throws CheckpointException with every tensor that is missing, unknown, of a wrong shape or of
   *     no floating type
   */
  void check(Collection<Parameter> expected) {
    Map<String, Parameter> missing = new TreeMap<>();
    expected.forEach(x -> missing.put(x.name(), x));
    Problems problems = new Problems();
    int found = 0;
    for (String name : names) {
      Parameter parameter = missing.remove(name);
      String problem = parameter == null ? "unknown" : mismatch(parameter, info(name));
      if (!problem.isEmpty() && found++ < SHOWN) {
        String wanted =
            parameter == null ? "a tensor of the adapter's modules" : parameter.shape().toString();
        problems.add(name, problem, wanted);
      }
    }
    for (Parameter parameter : missing.values()) {
      if (found++ < SHOWN) {
        problems.add(parameter.name(), "missing", parameter.shape().toString());
      }
    }
    if (found > SHOWN) {
      problems.add("and " + (found - SHOWN) + " more tensors");
    }
    problems.throwIfAny(x -> new CheckpointException(file.file() + ": " + x));
  }

  private static String mismatch(Parameter parameter, Info info) {
    boolean fits = info.shape().equals(parameter.shape()) && info.dtype().isFloating();
    return fits ? "" : info.shape() + " " + info.dtype();
  }

  @Override
  public SortedSet<String> names() {
    return names;
  }

  @Override
  public Info info(String name) {
    return file.info(PREFIX + name);
  }

  @Override
  public TensorData read(String name) {
    return file.read(PREFIX + name);
  }

  @Override
  public Optional<Region> region(String name) {
    return file.region(PREFIX + name);
  }
}
