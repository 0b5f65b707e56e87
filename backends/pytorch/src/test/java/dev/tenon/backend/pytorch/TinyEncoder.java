package dev.tenon.backend.pytorch;

import dev.tenon.model.Head;
import dev.tenon.model.Model;
import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.objective.BatchField;
import dev.tenon.objective.Objective;
import dev.tenon.objective.TextObjective;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.FieldKind;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Small encoders with random weights, and what they are trained with. */
final class TinyEncoder {
  private static final Map<String, String> PREFIXES =
      Map.of("bert", "Bert", "roberta", "Roberta", "distilbert", "DistilBert");

  private static final Map<Head, String> SUFFIXES =
      Map.of(
          Head.MASKED_LM, "ForMaskedLM",
          Head.SEQUENCE_CLASSIFICATION, "ForSequenceClassification",
          Head.POOLED_EMBEDDING, "Model");

  private TinyEncoder() {}

  static Model create(String family, Head head, double dropout) {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("model_type", family);
    keys.put("architectures", List.of(PREFIXES.get(family) + SUFFIXES.get(head)));
    keys.put("vocab_size", TinyLlama.VOCABULARY);
    keys.put("max_position_embeddings", 40);
    keys.put("initializer_range", 0.3);
    if (family.equals("distilbert")) {
      keys.putAll(Map.of("dim", 24, "n_layers", 2, "n_heads", 3, "hidden_dim", 20));
      keys.putAll(
          Map.of("dropout", dropout, "attention_dropout", dropout, "seq_classif_dropout", dropout));
    } else {
      keys.putAll(Map.of("hidden_size", 24, "num_hidden_layers", 2, "num_attention_heads", 3));
      keys.putAll(Map.of("intermediate_size", 20, "hidden_dropout_prob", dropout));
      keys.put("attention_probs_dropout_prob", dropout);
    }
    if (head == Head.SEQUENCE_CLASSIFICATION) {
      keys.put("id2label", Map.of("0", "no", "1", "yes", "2", "perhaps"));
    }
    return TinyLlama.create(keys);
  }

  /** Random tokens with types, labels for some of them, and a class for each sequence. */
  static NamedArray batch(long seed, int... lengths) {
    NamedArray batch = TinyLlama.batch(seed, lengths).without("loss_mask").without("output_mask");
    Random random = new Random(seed);
    int tokens = (int) batch.items().tokens();
    long[] labels = random.longs(tokens, 0, TinyLlama.VOCABULARY).toArray();
    for (int i = 1; i < tokens; i++) {
      labels[i] = random.nextInt(3) == 0 ? labels[i] : -100;
    }
    return batch
        .with("token_type_ids", TensorData.ofLongs(random.longs(tokens, 0, 2).toArray(), tokens))
        .with("labels", TensorData.ofLongs(labels, tokens))
        .with(
            "class_labels",
            FieldKind.SEQUENCE,
            TensorData.ofLongs(random.longs(lengths.length, 0, 3).toArray(), lengths.length));
  }

  /** What a head gives beside hidden vectors. */
  static Output output(Head head) {
    return switch (head) {
      case MASKED_LM -> Output.TOKEN_LOGPROBS;
      case SEQUENCE_CLASSIFICATION -> Output.CLASS_LOGITS;
      default -> Output.POOLED;
    };
  }

  /** A sum over the sines of a head's output and of all hidden states. */
  static TextObjective sines(Head head) {
    Output output = output(head);
    return Objective.of(
        "sines",
        OutputRequest.of(output, Output.HIDDEN_STATES),
        List.of(new BatchField("class_labels", FieldKind.SEQUENCE, DType.I64)),
        """
        def weight(self, batch: Dict[str, Tensor], hp: Dict[str, float]) -> Tensor:
          return torch.ones_like(batch["class_labels"]).float().sum()
        def loss(self, out: Dict[str, Tensor], batch: Dict[str, Tensor], hp: Dict[str, float]) -> Dict[str, Tensor]:
          return {"loss": torch.sum(torch.sin(out["OUTPUT"])) + torch.sum(torch.sin(3 * out["hidden_states"]))}
        """
            .replace("OUTPUT", output.field()));
  }
}
