package dev.tenon.nn.checkpoint;

import dev.tenon.model.EmbeddingHead;
import dev.tenon.model.EmbeddingHead.Pooling;
import dev.tenon.model.Head;
import java.util.List;
import java.util.Optional;

/**
 * Another head than the one that a directory tells.
 *
 * @param head what the network is to end in
 * @param seed of the head's weights where the files do not hold them
 * @param labels the classes of a classification that the directory does not have yet; empty: two
 * @param pooling of an embedding; empty: as the directory says, else the mean
 * @param normalize of an embedding; empty: as the directory says, else false
 */
public record NewHead(
    Head head,
    long seed,
    List<String> labels,
    Optional<Pooling> pooling,
    Optional<Boolean> normalize) {
  /** Copies. */
  public NewHead {
    labels = labels.isEmpty() ? List.of("LABEL_0", "LABEL_1") : List.copyOf(labels);
  }

  /** A head with nothing more to say about it. */
  public NewHead(Head head, long seed) {
    this(head, seed, List.of(), Optional.empty(), Optional.empty());
  }

  /** The settings of a directory, changed where this says so. */
  EmbeddingHead change(EmbeddingHead found) {
    return found
        .withPooling(pooling.orElse(found.pooling()))
        .withNormalize(normalize.orElse(found.normalize()));
  }
}
