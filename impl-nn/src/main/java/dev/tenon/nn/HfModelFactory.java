package dev.tenon.nn;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.EmbeddingHead.Pooling;
import dev.tenon.model.Head;
import dev.tenon.model.Model;
import dev.tenon.model.ModelFactory;
import dev.tenon.nn.checkpoint.Families;
import dev.tenon.nn.checkpoint.HfCheckpoint;
import dev.tenon.nn.checkpoint.NewHead;
import dev.tenon.spec.ArgumentSchema;
import dev.tenon.spec.Arguments;
import dev.tenon.tensor.Device;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Model type {@code hf}: a directory in HuggingFace's layout. Arguments: {@code path}, the
 * directory; {@code head}, a {@link Head#label} (default: as the files say); {@code seed} of the
 * weights of a head that the directory does not hold (default 0); {@code labels} or {@code
 * num_labels} of a new classification; {@code pooling}, a {@link Pooling#label}, and {@code
 * normalize} of an embedding (default: as sentence-transformers' files say, else the mean and
 * false). Safe for threads.
 */
public final class HfModelFactory implements ModelFactory {
  /** The factory. */
  public HfModelFactory() {}

  @Override
  public String type() {
    return "hf";
  }

  @Override
  public ArgumentSchema schema() {
    return ArgumentSchema.none()
        .required(
            "path",
            Path.class,
            "pretrained_model_name_or_path",
            "model_name_or_path",
            "model_path",
            "directory",
            "checkpoint")
        .optional("head", String.class)
        .optional("seed", Long.class)
        .optional("labels", List.class, "id2label", "classes")
        .optional("num_labels", Integer.class)
        .optional("pooling", String.class, "pooling_mode")
        .optional("normalize", Boolean.class, "normalize_embeddings");
  }

  @Override
  public Model create(String name, Device device, Arguments arguments) {
    return HfCheckpoint.open(arguments.path("path"), Families.standard(), newHead(arguments))
        .model(name, device);
  }

  private static Optional<NewHead> newHead(Arguments arguments) {
    Optional<Pooling> pooling = arguments.find("pooling", String.class).map(Pooling::of);
    Optional<Boolean> normalize = arguments.find("normalize", Boolean.class);
    boolean embedding = pooling.isPresent() || normalize.isPresent();
    Optional<Head> head =
        arguments
            .find("head", String.class)
            .map(Head::of)
            .or(() -> embedding ? Optional.of(Head.POOLED_EMBEDDING) : Optional.empty());
    long seed = arguments.find("seed", Long.class).orElse(0L);
    return head.map(x -> new NewHead(x, seed, labels(arguments), pooling, normalize));
  }

  private static List<String> labels(Arguments arguments) {
    List<?> names = arguments.find("labels", List.class).orElse(List.of());
    int count = arguments.find("num_labels", Integer.class).orElse(names.size());
    if (count < 0 || (!names.isEmpty() && count != names.size())) {
      throw new InvalidInputException(
          Problems.problem("num_labels", count, names.isEmpty() ? ">= 1" : "as many as labels"));
    }
    return names.isEmpty()
        ? IntStream.range(0, count).mapToObj(i -> "LABEL_" + i).toList()
        : names.stream().map(String::valueOf).toList();
  }
}
