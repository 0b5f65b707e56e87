package dev.tenon.cli.conformance;

import dev.tenon.checkpoint.Weights;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.model.Head;
import dev.tenon.model.Network;
import dev.tenon.model.Parameter;
import dev.tenon.model.Parameter.Stage;
import dev.tenon.model.Program;
import dev.tenon.nn.script.ScriptText;
import dev.tenon.spec.ClassificationHead;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.TensorData;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * A network whose outputs are its only parameter: position t of a sequence has row t of the table
 * as logits; with a head for sequences, one of a single token with id i has row i as its output. So
 * an engine's kernels get any numbers, and the gradient of the parameter is that of the outputs.
 *
 * @param table F32 [N, V]
 * @param head {@link Head#CAUSAL_LM}, or one of the heads for sequences
 */
record TableNetwork(TensorData table, Head head) implements Network {
  /** The parameter's name. */
  static final String NAME = "table";

  private static final String STAGES =
      """
        def prepare(self, b: Dict[str, Tensor]) -> Dict[str, Tensor]:
          return b

        def embed(self, w: Dict[str, Tensor], b: Dict[str, Tensor]) -> Tensor:
          return torch.embedding(w["table"], b["$ROWS"])

        def block(self, w: Dict[str, Tensor], x: Tensor, b: Dict[str, Tensor], layer: int) -> Tuple[Tensor, Dict[str, Tensor]]:
          return (x, annotate(Dict[str, Tensor], {}))

        def head(self, w: Dict[str, Tensor], x: Tensor, b: Dict[str, Tensor], want: List[str]) -> Dict[str, Tensor]:
          if "class_logits" in want or "pooled" in want:
            return {want[0]: x}
          return self.causal_lm(x, x, b, want)
      """;

  private int columns() {
    return (int) table.shape().dim(1);
  }

  @Override
  public String architecture() {
    return "Table";
  }

  /** As many as the table has columns. */
  @Override
  public Optional<ClassificationHead> classificationHead() {
    List<String> names = IntStream.range(0, columns()).mapToObj(String::valueOf).toList();
    return head == Head.SEQUENCE_CLASSIFICATION
        ? Optional.of(new ClassificationHead(names, Optional.empty()))
        : Optional.empty();
  }

  @Override
  public int vocabSize() {
    return Math.max(columns(), (int) table.shape().dim(0));
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(
        new Parameter(NAME, NAME, DType.F32, table.shape(), Stage.EMBED, 0, Set.of(), true));
  }

  @Override
  public Program program() {
    return new Program(
        ScriptText.join(List.of(ScriptText.common(), STAGES.replace("$ROWS", rows()))),
        1,
        columns(),
        columns(),
        1,
        columns());
  }

  private String rows() {
    return head == Head.CAUSAL_LM ? "position_ids" : "input_ids";
  }

  @Override
  public Weights weights() {
    return new Weights() {
      @Override
      public SortedSet<String> names() {
        return new TreeSet<>(Set.of(NAME));
      }

      @Override
      public Info info(String name) {
        return new Info(DType.F32, table.shape());
      }

      @Override
      public TensorData read(String name) {
        return table;
      }
    };
  }

  @Override
  public int maxPositions() {
    return (int) table.shape().dim(0);
  }

  @Override
  public void save(Path directory, Weights weights) {
    throw new UnsupportedFeatureException(
        "save of a table: " + directory + " (expected: a network with a format)");
  }

  /** The table as rows of positions, whatever its leading dimensions: [..., V] becomes [N, V]. */
  static TableNetwork of(TensorData tensor) {
    long columns = tensor.shape().dim(-1);
    return new TableNetwork(
        tensor.reshape(Shape.of(tensor.size() / columns, columns)), Head.CAUSAL_LM);
  }
}
