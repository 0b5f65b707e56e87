package dev.tenon.nn.script;

import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.model.Program;
import dev.tenon.objective.TextObjective;
import dev.tenon.spec.Precision;
import java.util.stream.Stream;

/**
 * Puts the texts together that make an archive: a prelude per precision, helpers that families
 * share, the family's program, and the driver that loops over the stages inside one call. Every
 * runtime loads the same bytes. Safe for threads.
 */
public final class ProgramArchives {
  /** What {@code fuse} makes of a layer; PACKED differs by precision. */
  private static final String FUSED = "Tuple[Dict[str, $PACKED], Dict[str, Tensor]]";

  /** A model as the inference driver holds it. */
  private static final String MODEL =
      "Tuple[Dict[str, Tensor], List[Dict[str, $PACKED]], List[Dict[str, Tensor]], Dict[str,"
          + " $PACKED], Dict[str, Tensor]]";

  private ProgramArchives() {}

  /** The archive of a training engine in F32; see {@link #training(Program, Precision)}. */
  public static ScriptArchive training(Program program) {
    return training(program, Precision.F32);
  }

  /**
   * The archive of a training engine: {@code forward}, {@code train_forward}, {@code
   * train_backward} and the optimizer. Weights and gradients are F32 in every precision.
   *
   * @throws UnsupportedFeatureException for a precision other than F32, BF16 and F16
   */
  public static ScriptArchive training(Program program, Precision precision) {
    return archive(
        Prelude.training(precision), Prelude.F32.packed(), program.text(), "driver-train");
  }

  /** The archive of an inference engine in F32; see {@link #inference(Program, Prelude)}. */
  public static ScriptArchive inference(Program program) {
    return inference(program, Prelude.F32);
  }

  /**
   * The archive of an inference engine: {@code open_model}, {@code fused_layer}, {@code add_layer},
   * {@code forward} and the steps; for a quantised prelude also {@code open_stored} and {@code
   * stored_layer}.
   */
  public static ScriptArchive inference(Program program, Prelude prelude) {
    Stream<String> drivers = Stream.of("sampling", "driver-infer");
    if (prelude.quantized()) {
      drivers = Stream.concat(drivers, Stream.of("driver-stored"));
    }
    return archive(
        literals(prelude.text(), program),
        prelude.packed(),
        program.text(),
        drivers.toArray(String[]::new));
  }

  /**
   * The archive that makes what a quantised directory holds: {@code store_layer} and {@code
   * store_head}.
   *
   * @param precision INT8 or INT4
   */
  public static ScriptArchive storing(Program program, Precision precision) {
    return archive(
        literals(Prelude.storing(precision), program),
        Prelude.STORED,
        program.text(),
        "driver-store");
  }

  /**
   * The archive that tells whether a prelude's kernels are there: {@code probe()} fails, or returns
   * the relative error of a small linear layer against F32.
   */
  public static ScriptArchive probe(Prelude prelude) {
    return archive(
        literals(prelude.text(), 0, prelude.whole()), prelude.packed(), resource("probe"));
  }

  /**
   * The archive beside a TorchScript file that gives logits: {@code forward} makes outputs of them,
   * what a step asks of {@code last_logits}.
   */
  public static ScriptArchive logitsOfFile() {
    return archive(
        Prelude.F32.text(), Prelude.F32.packed(), ScriptText.common(), "sampling", "driver-file");
  }

  /**
   * The archive of an objective: its own methods, first so that its lines keep their numbers, and
   * {@code loss_and_grad}.
   */
  public static ScriptArchive objective(TextObjective objective) {
    return ScriptArchive.of(objective.text(), resource("objective"));
  }

  private static String literals(String prelude, Program program) {
    return literals(prelude, program.vocabSize(), !program.cached());
  }

  /**
   * @param vocabSize a weight with so many rows is the head's
   * @param whole whether whole sequences run, never one row
   */
  private static String literals(String prelude, int vocabSize, boolean whole) {
    return prelude
        .replace("$VOCABULARY", Integer.toString(vocabSize))
        .replace("$WHOLE", whole ? "True" : "False");
  }

  private static ScriptArchive archive(
      String prelude, String packed, String program, String... common) {
    Stream<String> texts = Stream.of(common).map(ProgramArchives::resource);
    return ScriptArchive.of(
        Stream.concat(Stream.of(prelude, program), texts)
            .map(
                x -> x.replace("$MODEL", MODEL).replace("$FUSED", FUSED).replace("$PACKED", packed))
            .toArray(String[]::new));
  }

  static String resource(String name) {
    return ScriptText.resource(ProgramArchives.class, name + ".torchscript");
  }
}
