package dev.tenon.backend.sharded;

import dev.tenon.model.OutputRequest;
import dev.tenon.nn.internal.pass.BatchParts;
import dev.tenon.nn.internal.pass.DropoutSeeds;
import dev.tenon.nn.internal.pass.OutputPlan;
import dev.tenon.nn.internal.pass.PassInput;
import dev.tenon.tensor.FieldKind;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A batch cut for ranks: first into shares of alike numbers of tokens, then each into micro-batches
 * within the budget. Every rank runs as many passes as the others, since their libraries talk to
 * each other inside a pass: what is missing is filled up with a copy that counts for nothing.
 */
final class RankShares {
  private final NamedArray batch;
  private final List<List<NamedArray>> shares = new ArrayList<>(); // by rank
  private final OutputPlan plan;
  private final boolean packed;
  private final DropoutSeeds seeds;
  private final int passes;

  RankShares(
      NamedArray batch,
      int ranks,
      int microBatchTokens,
      OutputPlan plan,
      boolean packed,
      DropoutSeeds seeds) {
    this.batch = batch;
    this.plan = plan;
    this.packed = packed;
    this.seeds = seeds;
    int parts = Math.min(ranks, batch.items().count());
    List<List<Integer>> groups = parts == 1 ? List.of() : batch.items().balanced(parts);
    for (int rank = 0; rank < ranks; rank++) {
      if (rank >= parts) {
        shares.add(List.of());
      } else {
        NamedArray share = parts == 1 ? batch : batch.select(groups.get(rank));
        shares.add(BatchParts.within(share, microBatchTokens));
      }
    }
    passes = shares.stream().mapToInt(List::size).max().orElseThrow();
  }

  /**
   * The requests, one a rank.
   *
   * @param more what a micro-batch carries besides the pass's arguments, by its own names
   */
  List<Part> requests(Function<NamedArray, Map<String, TensorData>> more) {
    List<Part> requests = new ArrayList<>();
    NamedArray spare = shortest();
    int number = 0;
    for (List<NamedArray> share : shares) {
      Part request = new Part();
      List<Map<String, Object>> heads = new ArrayList<>();
      for (int i = 0; i < passes; i++) {
        boolean dummy = i >= share.size();
        NamedArray micro = dummy ? spare : share.get(i);
        PassInput input = new PassInput(micro, plan, packed, seeds.of(number));
        request.with(i + ".b.", input.rows()).with(i + ".plan.", input.plan());
        if (!dummy) {
          request.with(i + ".", more.apply(micro));
          number++;
        }
        heads.add(head(dummy));
      }
      requests.add(request.with("micro_batches", heads));
    }
    return requests;
  }

  private Map<String, Object> head(boolean dummy) {
    Map<String, Object> head = new LinkedHashMap<>();
    head.put("rows", plan.rows());
    head.put("next", plan.next());
    head.put("sequences", plan.sequences());
    head.put("hidden_states", plan.hiddenStates());
    head.put("dummy", dummy);
    return head;
  }

  /** The item that costs least. */
  private NamedArray shortest() {
    int best = 0;
    for (int item = 1; item < batch.items().count(); item++) {
      best = batch.items().tokens(item) < batch.items().tokens(best) ? item : best;
    }
    return batch.item(best);
  }

  /** The outputs that ranks gave, in the order of the batch's items. */
  NamedArray outputs(List<Reply> replies, OutputRequest request) {
    List<NamedArray> results = new ArrayList<>();
    for (int rank = 0; rank < shares.size(); rank++) {
      Reply reply = replies.get(rank);
      for (int i = 0; i < shares.get(rank).size(); i++) {
        String prefix = i + ".";
        PassInput input =
            new PassInput(shares.get(rank).get(i), plan, packed, DropoutSeeds.OFF.of(0));
        results.add(input.outputs(request, field -> reply.tensor(prefix + field)));
      }
    }
    return BatchParts.together(results, batch);
  }

  /**
   * An output with one row for each sequence that ranks gave, in the order of the batch's items.
   */
  TensorData sequenceRows(List<Reply> replies, String field) {
    List<NamedArray> results = new ArrayList<>();
    for (int rank = 0; rank < shares.size(); rank++) {
      for (int i = 0; i < shares.get(rank).size(); i++) {
        results.add(
            NamedArray.builder(shares.get(rank).get(i).items())
                .put(field, FieldKind.SEQUENCE, replies.get(rank).tensor(i + "." + field))
                .build());
      }
    }
    return BatchParts.together(results, batch).get(field);
  }
}
