package dev.tenon.cli.conformance;

import dev.tenon.checkpoint.Weights;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.model.Head;
import dev.tenon.model.Network;
import dev.tenon.model.Parameter;
import dev.tenon.model.Parameter.Stage;
import dev.tenon.model.Program;
import dev.tenon.nn.script.ScriptText;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.TensorData;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A network whose logits are its only parameter: position t of a sequence has row t of the table.
 * So an engine's kernels get any logits, and the gradient of the parameter is the gradient of the
 * logits.
 *
 * @param table F32 [N, V]
 */
record TableNetwork(TensorData table) implements Network {
  /** The parameter's name. */
  static final String NAME = "table";

  private static final String STAGES =
      """
        def prepare(self, b: Dict[str, Tensor]) -> Dict[str, Tensor]:
          return b

        def embed(self, w: Dict[str, Tensor], b: Dict[str, Tensor]) -> Tensor:
          return torch.embedding(w["table"], b["position_ids"])

        def block(self, w: Dict[str, Tensor], x: Tensor, b: Dict[str, Tensor], layer: int) -> Tuple[Tensor, Dict[str, Tensor]]:
          return (x, annotate(Dict[str, Tensor], {}))

        def head(self, w: Dict[str, Tensor], x: Tensor, b: Dict[str, Tensor], want: List[str]) -> Dict[str, Tensor]:
          return self.causal_lm(x, x, b, want)
      """;

  private int columns() {
    return (int) table.shape().dim(1);
  }

  @Override
  public String architecture() {
    return "Table";
  }

  @Override
  public Head head() {
    return Head.CAUSAL_LM;
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(
        new Parameter(NAME, NAME, DType.F32, table.shape(), Stage.EMBED, 0, Set.of(), true));
  }

  @Override
  public Program program() {
    return new Program(
        ScriptText.join(List.of(ScriptText.common(), STAGES)),
        1,
        columns(),
        columns(),
        1,
        columns());
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
    return new TableNetwork(tensor.reshape(Shape.of(tensor.size() / columns, columns)));
  }
}
