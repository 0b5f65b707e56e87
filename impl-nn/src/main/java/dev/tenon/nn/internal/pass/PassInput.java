package dev.tenon.nn.internal.pass;

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
import java.util.function.Function;

/** The arguments of one pass of a driver over one micro-batch, on the host. Immutable. */
public final class PassInput {
  private static final String TYPES = StandardField.TOKEN_TYPE_IDS.field();

  /** A text only asks whether an option is there. */
  private static final TensorData PRESENT = TensorData.ofLongs(new long[] {1});

  private final NamedArray batch;
  private final OutputPlan outputs;
  private final PaddedBatch padded;
  private final OptionalLong dropoutSeed;

  /**
   * Lays out a micro-batch.
   *
   * @param packed whether sequences of different lengths lie in one row
   * @param dropoutSeed empty: the pass runs without dropout
   */
  public PassInput(NamedArray batch, OutputPlan outputs, boolean packed, OptionalLong dropoutSeed) {
    this.batch = batch;
    this.outputs = outputs;
    this.dropoutSeed = dropoutSeed;
    padded = new PaddedBatch(batch, packed);
  }

  /** {@code b}: the rows. */
  public Map<String, TensorData> rows() {
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

  /** {@code plan}: where the packed entries lie. */
  public Map<String, TensorData> plan() {
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

  /** {@code input_ids} I64 [B, T]. */
  public TensorData inputIds() {
    return padded.inputIds();
  }

  /** The mask that transformers takes, I64 [B, T]: 1 for real tokens. */
  public TensorData realTokens() {
    return padded.realTokens();
  }

  /**
   * The outputs of the pass as fields of the micro-batch's items, with its metadata.
   *
   * @param result the value of an output's field
   */
  public NamedArray outputs(OutputRequest request, Function<String, TensorData> result) {
    NamedArray.Builder fields = NamedArray.builder(batch.items());
    batch.metadata().forEach(fields::metadata);
    for (Output output : request.outputs()) {
      fields.put(
          output.field(), output.kind(outputs.reading().head()), result.apply(output.field()));
    }
    return fields.build();
  }
}
