package dev.tenon.checkpoint;

import dev.tenon.error.CheckpointException;
import dev.tenon.error.UnknownNameException;
import dev.tenon.internal.Json;
import dev.tenon.internal.JsonObject;
import dev.tenon.internal.Nearest;
import dev.tenon.internal.Problems;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Weights in several safetensors files and an index, as HuggingFace lays them out: {@code
 * model.safetensors.index.json} with {@code {"metadata": {…}, "weight_map": {"<tensor>": "<file>",
 * …}}}. Opening checks the index and the header of every file. Problems are {@link
 * CheckpointException}s that name the index and the tensor or file. Safe for threads.
 */
public final class ShardedWeights implements Weights {
  private final Path index;
  private final SortedMap<String, SafetensorsFile> fileOf;

  private ShardedWeights(Path index, SortedMap<String, SafetensorsFile> fileOf) {
    this.index = index;
    this.fileOf = Collections.unmodifiableSortedMap(fileOf);
  }

  /**
   * The weights of a directory: {@code <base>.safetensors} if it is there, else what {@code
   * <base>.safetensors.index.json} lists. Files of other formats are never opened.
   *
   * @param base {@code model} in a HuggingFace directory
   */
  public static Weights open(Path directory, String base) {
    Path single = directory.resolve(base + ".safetensors");
    Path index = directory.resolve(base + ".safetensors.index.json");
    if (Files.exists(single)) {
      return SafetensorsFile.open(single);
    }
    if (Files.exists(index)) {
      return open(index);
    }
    throw new CheckpointException(
        Problems.problem(
            String.valueOf(directory),
            "neither "
                + single.getFileName()
                + " nor "
                + index.getFileName()
                + otherFormats(directory),
            "safetensors weights; other formats are never loaded"));
  }

  private static String otherFormats(Path directory) {
    List<String> suffixes =
        List.of(".bin", ".pt", ".pth", ".ckpt", ".pkl", ".h5", ".gguf", ".msgpack", ".onnx");
    try (Stream<Path> files = Files.list(directory)) {
      List<String> found =
          files
              .map(x -> String.valueOf(x.getFileName()))
              .filter(x -> suffixes.stream().anyMatch(x::endsWith))
              .sorted()
              .limit(8)
              .toList();
      return found.isEmpty() ? "" : ", but " + String.join(", ", found);
    } catch (IOException e) {
      return ", and no directory that can be listed";
    }
  }

  /**
   * Reads and checks an index file and the headers of its files, which lie in its own directory.
   */
  public static ShardedWeights open(Path index) {
    JsonObject json = Json.readObject(index);
    JsonObject map = json.object("weight_map");
    Map<String, SafetensorsFile> opened = new HashMap<>();
    SortedMap<String, SafetensorsFile> fileOf = new TreeMap<>();
    for (String tensor : map.keys()) {
      String name = map.string(tensor);
      SafetensorsFile file = opened.get(name);
      if (file == null) {
        file = SafetensorsFile.open(shard(index, tensor, name));
        opened.put(name, file);
      }
      fileOf.put(tensor, file);
    }
    checkPlaces(index, fileOf, opened);
    return new ShardedWeights(index, fileOf);
  }

  /** A name from outside must not lead out of the directory. */
  private static Path shard(Path index, String tensor, String name) {
    boolean plain = name.matches("[^/\\\\:\\p{Cntrl}]+") && !name.equals(".") && !name.equals("..");
    if (!plain) {
      throw new CheckpointException(
          Problems.problem(
              index + ": file of " + tensor, name, "a plain file name in the same directory"));
    }
    Path file = index.resolveSibling(name);
    if (!Files.isRegularFile(file)) {
      throw new CheckpointException(
          Problems.problem(index + ": file of " + tensor, name, "an existing file"));
    }
    return file;
  }

  private static void checkPlaces(
      Path index, Map<String, SafetensorsFile> fileOf, Map<String, SafetensorsFile> opened) {
    Problems problems = new Problems();
    Map<SafetensorsFile, SortedSet<String>> namesOf = new HashMap<>();
    opened.values().forEach(x -> namesOf.put(x, x.names()));
    fileOf.forEach(
        (tensor, file) -> {
          if (!namesOf.getOrDefault(file, new TreeSet<>()).contains(tensor)) {
            String elsewhere =
                opened.values().stream()
                    .filter(x -> x.names().contains(tensor))
                    .findFirst()
                    .map(x -> "it is in " + x.file().getFileName())
                    .orElse("no file has it");
            problems.add("tensor " + tensor, "not in " + file.file().getFileName(), elsewhere);
          }
        });
    problems.throwIfAny(x -> new CheckpointException(index + ": " + x));
  }

  @Override
  public SortedSet<String> names() {
    return Collections.unmodifiableSortedSet(new TreeSet<>(fileOf.keySet()));
  }

  @Override
  public Info info(String name) {
    return file(name).info(name);
  }

  @Override
  public TensorData read(String name) {
    return file(name).read(name);
  }

  @Override
  public Optional<Region> region(String name) {
    return file(name).region(name);
  }

  private SafetensorsFile file(String name) {
    SafetensorsFile file = fileOf.get(name);
    if (file == null) {
      String hint =
          Nearest.to(name, fileOf.keySet()).map(x -> "; did you mean " + x + "?").orElse("");
      throw new UnknownNameException(
          Problems.problem("tensor", name, "one of the " + fileOf.size() + " in " + index + hint));
    }
    return file;
  }

  /** The index and the number of tensors. */
  @Override
  public String toString() {
    return "ShardedWeights(" + index + ", " + fileOf.size() + " tensors)";
  }
}
