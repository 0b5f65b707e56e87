package dev.tenon.nn.internal.pass;

import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Head;
import dev.tenon.model.Network;
import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.nn.TorchScriptNetwork;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A request in the driver's terms.
 *
 * @param rows outputs of every token
 * @param next outputs of the next-token entries
 * @param sequences outputs of every sequence, from the rows that stand for it
 * @param hiddenStates whether each layer's states are kept
 * @param temperature divides the logits before the next-token outputs
 * @param reading what the network reads of a batch
 */
public record OutputPlan(
    List<String> rows,
    List<String> next,
    List<String> sequences,
    boolean hiddenStates,
    double temperature,
    BatchReading reading) {
  private static final Set<Output> OF_LOGITS =
      EnumSet.of(Output.LOGITS, Output.TOKEN_LOGPROBS, Output.ENTROPY);

  private static final Map<Head, Set<Output>> OUTPUTS =
      Map.of(
          Head.CAUSAL_LM,
          EnumSet.of(
              Output.LOGITS,
              Output.TOKEN_LOGPROBS,
              Output.ENTROPY,
              Output.HIDDEN,
              Output.HIDDEN_STATES),
          Head.VALUE,
          EnumSet.of(Output.VALUES, Output.SCORES, Output.HIDDEN, Output.HIDDEN_STATES),
          Head.MASKED_LM,
          EnumSet.of(
              Output.LOGITS,
              Output.TOKEN_LOGPROBS,
              Output.ENTROPY,
              Output.HIDDEN,
              Output.HIDDEN_STATES),
          Head.SEQUENCE_CLASSIFICATION,
          EnumSet.of(Output.CLASS_LOGITS, Output.HIDDEN, Output.HIDDEN_STATES),
          Head.POOLED_EMBEDDING,
          EnumSet.of(Output.POOLED, Output.HIDDEN, Output.HIDDEN_STATES));

  /**
   * Translates a request.
   *
   * @throws UnsupportedFeatureException if the network's head does not give an output
   */
  public static OutputPlan of(Network network, OutputRequest request) {
    Set<Output> given =
        network instanceof TorchScriptNetwork ? OF_LOGITS : OUTPUTS.get(network.head());
    if (given == null) {
      throw new UnsupportedFeatureException(
          Problems.problem("head", network.head(), "one of " + OUTPUTS.keySet()));
    }
    if (!(network instanceof TorchScriptNetwork)) {
      given = EnumSet.copyOf(given);
      given.addAll(network.program().blockOutputs());
    }
    Set<Output> missing = EnumSet.copyOf(request.outputs());
    missing.removeAll(given);
    if (!missing.isEmpty()) {
      throw new UnsupportedFeatureException(
          Problems.problem(
              "outputs of a " + kind(network) + " network", missing, "some of " + given));
    }
    return new OutputPlan(
        names(request, Output.LOGITS, Output.VALUES, Output.HIDDEN, Output.ROUTER_LOGITS),
        names(request, Output.TOKEN_LOGPROBS, Output.ENTROPY),
        names(request, Output.SCORES, Output.CLASS_LOGITS, Output.POOLED),
        request.outputs().contains(Output.HIDDEN_STATES),
        request.temperature(),
        BatchReading.of(network));
  }

  private static String kind(Network network) {
    return network instanceof TorchScriptNetwork ? "TorchScript" : network.head().toString();
  }

  private static List<String> names(OutputRequest request, Output... candidates) {
    return List.of(candidates).stream()
        .filter(request.outputs()::contains)
        .map(Output::field)
        .toList();
  }
}
