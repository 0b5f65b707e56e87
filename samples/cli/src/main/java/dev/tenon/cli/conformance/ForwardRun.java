package dev.tenon.cli.conformance;

import dev.tenon.model.Engine;
import dev.tenon.model.Output;
import dev.tenon.tensor.NamedArray;

/** The outputs of one forward pass, back in the oracle's right-padded shapes. */
final class ForwardRun {
  private ForwardRun() {}

  /** Computes every output of a causal network under {@code prefix} and the oracle's names. */
  static void run(Engine engine, NamedArray batch, Rows rows, String prefix, Computed computed) {
    NamedArray outputs =
        engine.forward(
            batch, Output.LOGITS, Output.HIDDEN, Output.HIDDEN_STATES, Output.TOKEN_LOGPROBS);
    computed.tensor(prefix + "logits", rows.unpack(outputs.get(Output.LOGITS.field())));
    computed.tensor(prefix + "last_hidden_state", rows.unpack(outputs.get(Output.HIDDEN.field())));
    computed.tensor(
        prefix + "hidden_states", rows.unpackLayers(outputs.get(Output.HIDDEN_STATES.field())));
    computed.tensor(
        prefix + "logprobs", rows.unpackNextTokens(outputs.get(Output.TOKEN_LOGPROBS.field())));
  }
}
