package dev.tenon.nn.family;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Head;
import dev.tenon.model.Parameter;
import dev.tenon.model.Program;
import dev.tenon.spec.ClassificationHead;
import dev.tenon.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A network without weights.
 *
 * @param name in HuggingFace's terms, for example {@code LlamaForCausalLM}
 * @param head what sits on top
 * @param parameters the parameter table, in the order of first use
 * @param program the computation
 * @param maxPositions longest sequence it is made for, in tokens
 * @param tied names that stand for another parameter and appear in no table: tied name to table
 *     name
 * @param ignored names in files that are no parameters, such as buffers of old versions
 * @param prefix what names in files may lack, transformers' {@code base_model_prefix} and a dot:
 *     {@code h.0.ln_1.weight} is read as {@code transformer.h.0.ln_1.weight}; or have too much,
 *     where the parameters are called without it; empty: nothing
 * @param keptPerToken F32 values that a block keeps for the backward pass, {@link
 *     dev.tenon.model.Network#keptPerToken}
 * @param start how a parameter begins when nothing has been trained
 * @param tokenTypes {@link dev.tenon.model.Network#tokenTypes}
 * @param classes {@link dev.tenon.model.Network#classificationHead}
 */
public record Architecture(
    String name,
    Head head,
    List<Parameter> parameters,
    Program program,
    int maxPositions,
    Map<String, String> tied,
    Pattern ignored,
    String prefix,
    long keptPerToken,
    Function<Parameter, Start> start,
    int tokenTypes,
    Optional<ClassificationHead> classes) {
  /** Copies and checks that no name appears twice. */
  public Architecture {
    parameters = List.copyOf(parameters);
    tied = Map.copyOf(tied);
    Map<String, Parameter> byName = new LinkedHashMap<>();
    Problems problems = new Problems();
    for (Parameter each : parameters) {
      problems.check(
          byName.put(each.name(), each) == null, "parameter", each.name(), "listed once");
    }
    problems.throwIfAny(InvalidInputException::new);
  }

  /** A network without token types that does not classify. */
  public Architecture(
      String name,
      Head head,
      List<Parameter> parameters,
      Program program,
      int maxPositions,
      Map<String, String> tied,
      Pattern ignored,
      String prefix,
      long keptPerToken,
      Function<Parameter, Start> start) {
    this(
        name,
        head,
        parameters,
        program,
        maxPositions,
        tied,
        ignored,
        prefix,
        keptPerToken,
        start,
        0,
        Optional.empty());
  }

  /** The same with several classes for the one number of its value head. */
  public Architecture classifying(ClassificationHead several) {
    List<Parameter> table =
        parameters.stream().map(x -> widened(x, several.labels().size())).toList();
    return new Architecture(
        name,
        Head.SEQUENCE_CLASSIFICATION,
        table,
        program,
        maxPositions,
        tied,
        ignored,
        prefix,
        keptPerToken,
        start,
        tokenTypes,
        Optional.of(several));
  }

  private static Parameter widened(Parameter x, int rows) {
    return x.name().equals(HeadKeys.SCORE)
        ? new Parameter(
            x.name(),
            x.key(),
            x.dtype(),
            Shape.of(rows, x.shape().dim(1)),
            x.stage(),
            x.layer(),
            x.alsoUsedBy(),
            x.decay())
        : x;
  }

  /**
   * A normal distribution.
   *
   * @param mean its mean
   * @param deviation its standard deviation; 0 for a constant
   */
  public record Start(double mean, double deviation) {}
}
