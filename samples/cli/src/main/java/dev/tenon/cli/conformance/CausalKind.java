package dev.tenon.cli.conformance;

import dev.tenon.model.Engine;
import dev.tenon.model.Output;
import dev.tenon.modelinterface.sft.SftInterface;
import dev.tenon.objective.Objective;
import dev.tenon.tensor.NamedArray;

/** Decoders: the mean of -log p over the tokens to learn. */
record CausalKind() implements FolderKind {
  /** Of networks with experts. */
  static final String ROUTER = Output.ROUTER_LOGITS.field();

  @Override
  public void forward(Engine engine, OracleFolder folder, String prefix, Computed computed) {
    NamedArray outputs =
        engine.forward(
            folder.batch(),
            Output.LOGITS,
            Output.HIDDEN,
            Output.HIDDEN_STATES,
            Output.TOKEN_LOGPROBS);
    Rows rows = folder.rows();
    computed.tensor(prefix + "logits", rows.unpack(outputs.get(Output.LOGITS.field())));
    computed.tensor(prefix + "last_hidden_state", rows.unpack(outputs.get(Output.HIDDEN.field())));
    computed.tensor(
        prefix + "hidden_states", rows.unpackLayers(outputs.get(Output.HIDDEN_STATES.field())));
    computed.tensor(
        prefix + "logprobs", rows.unpackNextTokens(outputs.get(Output.TOKEN_LOGPROBS.field())));
    if (folder.tensor(ROUTER).isPresent()) {
      NamedArray router = engine.forward(folder.batch(), Output.ROUTER_LOGITS);
      computed.tensor(prefix + ROUTER, rows.unpackLayers(router.get(ROUTER)));
    }
  }

  @Override
  public NamedArray trainingBatch(OracleFolder folder) {
    return folder.trainingBatch();
  }

  @Override
  public Objective objective() {
    return SftInterface.objective();
  }
}
