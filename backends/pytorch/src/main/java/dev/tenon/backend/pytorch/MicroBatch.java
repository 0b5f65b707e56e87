package dev.tenon.backend.pytorch;

import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.objective.BatchIndexes;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.StandardField;
import dev.tenon.tensor.TensorData;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * The arguments of one pass of a driver over one micro-batch; its values live as long as their
 * scope.
 */
final class MicroBatch {
  private static final String TYPES = StandardField.TOKEN_TYPE_IDS.field();

  /** A text only asks whether an option is there. */
  private static final TensorData PRESENT = TensorData.ofLongs(new long[] {1});

  private final NamedArray batch;
  private final OutputPlan outputs;
  private final PaddedBatch padded;
  private final NativeScope scope;

  /** {@code b}: {@code Dict[str, Tensor]} of the rows. */
  final TorchValue rows;

  /** {@code plan}: where the packed entries lie. */
  final TorchValue plan;

  /** {@code want_rows}, {@code want_next}, {@code want_sequences}, {@code hidden_states}. */
  final TorchValue wantRows;

  final TorchValue wantNext;
  final TorchValue wantSequences;
  final TorchValue hiddenStates;

  /**
   * Copies a micro-batch to the native side.
   *
   * @param packed whether sequences of different lengths lie in one row
   * @param dropoutSeed empty: the pass runs without dropout
   */
  MicroBatch(
      NamedArray batch,
      OutputPlan outputs,
      boolean packed,
      OptionalLong dropoutSeed,
      NativeScope scope) {
    this.batch = batch;
    this.outputs = outputs;
    this.scope = scope;
    padded = new PaddedBatch(batch, packed);
    rows = dict(rows(padded, dropoutSeed));
    plan = dict(plan(padded));
    wantRows = scope.texts(outputs.rows());
    wantNext = scope.texts(outputs.next());
    wantSequences = scope.texts(outputs.sequences());
    hiddenStates = scope.bool(outputs.hiddenStates());
  }

  private Map<String, TensorData> rows(PaddedBatch padded, OptionalLong dropoutSeed) {
    Map<String, TensorData> tensors = new LinkedHashMap<>();
    tensors.put("input_ids", padded.inputIds());
    tensors.put("position_ids", padded.positionIds());
    tensors.put("attention_mask", padded.attentionMask());
    if (padded.together()) {
      tensors.put("token_at", padded.tokenAt());
      tensors.put("place_of", padded.placeOf());
    }
    if (outputs.reading().tokenTypes()) {
      batch.find(TYPES).ifPresent(x -> tensors.put(TYPES, padded.pad(x.toLongs())));
    }
    outputs.reading().options().forEach(x -> tensors.put(x, PRESENT));
    if (outputs.temperature() != 1) {
      tensors.put("temperature", TensorData.ofFloats(new float[] {(float) outputs.temperature()}));
    }
    dropoutSeed.ifPresent(
        seed -> tensors.put("dropout_seed", TensorData.ofLongs(new long[] {seed})));
    return tensors;
  }

  private Map<String, TensorData> plan(PaddedBatch padded) {
    Map<String, TensorData> tensors = new LinkedHashMap<>();
    tensors.put("rows", padded.rows());
    if (!outputs.next().isEmpty()) {
      PaddedBatch.NextTokens next =
          outputs.reading().masked()
              ? padded.labelled(outputs.reading().labels(batch))
              : padded.nextTokens();
      tensors.put("next_rows", next.rows());
      tensors.put("next_targets", next.targets());
      tensors.put("next_entries", next.entries());
      tensors.put("next_size", TensorData.ofLongs(new long[] {next.size()}));
    }
    if (!outputs.sequences().isEmpty()) {
      switch (outputs.reading().sequenceRows()) {
        case FIRST -> tensors.put("sequence_rows", padded.firstRows());
        case LAST -> tensors.put("sequence_rows", padded.lastRows(outputs.reading().padTokenId()));
        case ALL -> tensors.put("sequence_rows", padded.rows());
      }
      tensors.put("sequence_index", sequenceIndex());
    }
    return tensors;
  }

  /** Which sequence each of the rows stands for. */
  private TensorData sequenceIndex() {
    Items items = batch.items();
    return outputs.reading().sequenceRows() == BatchReading.SequenceRows.ALL
        ? Objects.requireNonNull(BatchIndexes.of(items).get("token_sequence"))
        : PaddedBatch.numbers(items.sequences());
  }

  private TorchValue dict(Map<String, TensorData> tensors) {
    return dict(scope, tensors);
  }

  /** {@code input_ids} I64 [B, T], on the host. */
  TensorData inputIds() {
    return padded.inputIds();
  }

  /** The mask that transformers takes, I64 [B, T], on the host: 1 for real tokens. */
  TensorData realTokens() {
    return padded.realTokens();
  }

  /** A {@code Dict[str, Tensor]} of host tensors. */
  static TorchValue dict(NativeScope scope, Map<String, TensorData> tensors) {
    Map<String, TorchValue> values = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> values.put(name, scope.tensor(tensor)));
    return scope.tensorDict(values);
  }

  /** The outputs of the pass as fields of the micro-batch's items, with its metadata. */
  NamedArray outputs(TorchValue results, OutputRequest request) {
    Map<String, TorchValue> byName = results.entries();
    NamedArray.Builder fields = NamedArray.builder(batch.items());
    batch.metadata().forEach(fields::metadata);
    for (Output output : request.outputs()) {
      TorchValue value = Objects.requireNonNull(byName.get(output.field()), output.field());
      fields.put(output.field(), output.kind(outputs.reading().head()), value.toTensorData());
    }
    return fields.build();
  }
}
