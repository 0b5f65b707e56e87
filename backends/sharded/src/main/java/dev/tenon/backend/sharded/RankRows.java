package dev.tenon.backend.sharded;

import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.nn.internal.pass.DropoutSeeds;
import dev.tenon.nn.internal.pass.PaddedBatch;
import dev.tenon.nn.internal.session.ChosenTokens;
import dev.tenon.nn.internal.session.LiveRequest;
import dev.tenon.nn.internal.session.UncachedRows;
import dev.tenon.nn.script.ProgramArchives;
import dev.tenon.nn.script.ScriptArchive;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Rows of a session whose passes run on ranks, without a cache: each computes the whole sequences
 * again, from the weights that train, so that nothing derived has to be thrown away by a step.
 */
final class RankRows extends UncachedRows {
  private static final OutputRequest LOGITS = OutputRequest.of(Output.LOGITS);

  private final Ranks ranks;
  private final ShardedEngine engine;

  RankRows(Ranks ranks, ShardedEngine engine) {
    this.ranks = ranks;
    this.engine = engine;
  }

  @Override
  public ChosenTokens step(List<LiveRequest> group, int first) {
    RankShares shares = engine.shares(sequences(group), LOGITS, DropoutSeeds.OFF);
    List<Part> requests = shares.requests(this::lastRows);
    TensorData logits = shares.sequenceRows(ranks.call(Verb.FORWARD, requests), "logits"); // [B, V]
    return ChosenTokens.from(group, new Sampling(ranks, logits));
  }

  /** The head runs on the last token of each sequence alone. */
  private Map<String, TensorData> lastRows(NamedArray part) {
    boolean packed = engine.network().program().packed();
    return Map.of("plan.rows", new PaddedBatch(part, packed).lastRows(OptionalInt.empty()));
  }

  /**
   * The sampling text on the first rank.
   *
   * @param logits F32 [B, V]
   */
  private record Sampling(Ranks ranks, TensorData logits) implements ChosenTokens.Text {
    private static final ScriptArchive TEXT = ProgramArchives.logitsOfFile();

    @Override
    public ChosenTokens pick() {
      return choose(Map.of());
    }

    @Override
    public ChosenTokens choose(Map<String, TensorData> choice) {
      Reply reply = call(Verb.CHOOSE, choice);
      return new ChosenTokens(reply.tensor("tokens"), reply.tensor("logprobs"));
    }

    @Override
    public TensorData beforeProcessors(Map<String, TensorData> choice, TensorData rows) {
      Part request = request(choice).with("", Map.of("rows", rows));
      return ranks.call(Verb.BEFORE_PROCESSORS, List.of(request)).get(0).tensor("logits");
    }

    private Reply call(Verb verb, Map<String, TensorData> choice) {
      return ranks.call(verb, List.of(request(choice))).get(0);
    }

    private Part request(Map<String, TensorData> choice) {
      return new Part()
          .with("sampling", Map.of("sha256", TEXT.sha256()))
          .with("choice.", choice)
          .with("", Map.of("sampling", RankSetup.bytes(TEXT), "logits", logits));
    }
  }
}
