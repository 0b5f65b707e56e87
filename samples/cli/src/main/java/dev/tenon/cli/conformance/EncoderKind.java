package dev.tenon.cli.conformance;

import dev.tenon.model.Engine;
import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.objective.BatchField;
import dev.tenon.objective.Objective;
import dev.tenon.objective.TextObjective;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.FieldKind;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Encoders, by what they end in. */
enum EncoderKind implements FolderKind {
  /** The mean cross-entropy of the masked tokens. */
  MASKED_LM(
      Output.LOGITS,
      Output.TOKEN_LOGPROBS,
      new BatchField("labels", FieldKind.TOKEN, DType.I64),
      """
      def weight(self, batch: Dict[str, Tensor], hp: Dict[str, float]) -> Tensor:
        return torch.ne(batch["labels"], -100).float().sum()

      def loss(self, out: Dict[str, Tensor], batch: Dict[str, Tensor], hp: Dict[str, float]) -> Dict[str, Tensor]:
        return {"loss": -(out["token_logprobs"]).sum()}
      """),
  /** The mean cross-entropy of the classes. */
  CLASSIFICATION(
      Output.CLASS_LOGITS,
      Output.CLASS_LOGITS,
      new BatchField("class_labels", FieldKind.SEQUENCE, DType.I64),
      """
      def weight(self, batch: Dict[str, Tensor], hp: Dict[str, float]) -> Tensor:
        return torch.ones_like(batch["class_labels"]).float().sum()

      def loss(self, out: Dict[str, Tensor], batch: Dict[str, Tensor], hp: Dict[str, float]) -> Dict[str, Tensor]:
        p = torch.log_softmax(out["class_logits"], -1)
        return {"loss": -torch.gather(p, 1, torch.unsqueeze(batch["class_labels"], 1)).sum()}
      """),
  /** The mean over pairs of (cosine - target)^2. */
  EMBEDDING(
      Output.POOLED,
      Output.POOLED,
      new BatchField("targets", FieldKind.ITEM, DType.F32),
      """
      def weight(self, batch: Dict[str, Tensor], hp: Dict[str, float]) -> Tensor:
        return torch.ones_like(batch["targets"]).sum()

      def loss(self, out: Dict[str, Tensor], batch: Dict[str, Tensor], hp: Dict[str, float]) -> Dict[str, Tensor]:
        pairs = torch.unflatten(out["pooled"], 0, [-1, 2])
        cosine = torch.sum(torch.select(pairs, 1, 0) * torch.select(pairs, 1, 1), [1])
        return {"loss": torch.square(cosine - batch["targets"]).sum()}
      """);

  private final Output given;
  private final BatchField read;
  private final Objective objective;

  EncoderKind(Output given, Output learned, BatchField read, String text) {
    this.given = given;
    this.read = read;
    this.objective =
        TextObjective.of("oracle-" + read.name(), OutputRequest.of(learned), List.of(read), text);
  }

  @Override
  public Objective objective() {
    return objective;
  }

  @Override
  public void forward(Engine engine, OracleFolder folder, String prefix, Computed computed) {
    Set<Output> asked = EnumSet.of(Output.HIDDEN, Output.HIDDEN_STATES, given);
    NamedArray outputs = engine.forward(folder.batch(), new OutputRequest(asked, 1));
    Rows rows = folder.rows();
    computed.tensor(prefix + "last_hidden_state", rows.unpack(outputs.get(Output.HIDDEN.field())));
    computed.tensor(
        prefix + "hidden_states", rows.unpackLayers(outputs.get(Output.HIDDEN_STATES.field())));
    TensorData own = outputs.get(given.field());
    switch (this) {
      case MASKED_LM -> computed.tensor(prefix + "logits", rows.unpack(own));
      case CLASSIFICATION -> computed.tensor(prefix + "logits", own);
      case EMBEDDING -> computed.tensor(prefix + PooledRun.MEAN, own);
    }
  }

  @Override
  public NamedArray trainingBatch(OracleFolder folder) {
    NamedArray batch = folder.batch();
    return switch (this) {
      case MASKED_LM -> batch.with("labels", folder.rows().pack(folder.tensors().get("labels")));
      case CLASSIFICATION -> batch.with(read.name(), read.kind(), folder.tensors().get("labels"));
      case EMBEDDING -> pairs(batch).put("targets", read.kind(), targets(folder)).build();
    };
  }

  private static TensorData targets(OracleFolder folder) {
    return folder.tensors().get("targets");
  }

  /** Rows 2i and 2i + 1 are an item. */
  private static NamedArray.Builder pairs(NamedArray batch) {
    List<Integer> lengths = batch.items().lengths();
    int count = lengths.size() / 2;
    List<String> ids = IntStream.range(0, count).mapToObj(Integer::toString).toList();
    Items items = new Items(ids, Collections.nCopies(count, 2), lengths);
    NamedArray.Builder pairs = NamedArray.builder(items);
    batch.flatten().forEach(pairs::put);
    return pairs;
  }
}
