package dev.tenon.nn.script;

import dev.tenon.model.Program;
import dev.tenon.objective.TextObjective;
import java.util.stream.Stream;

/**
 * Puts the texts together that make an archive: a prelude per precision, helpers that families
 * share, the family's program, and the driver that loops over the stages inside one call. Every
 * runtime loads the same bytes. Safe for threads.
 */
public final class ProgramArchives {
  /**
   * What {@code fuse} makes of a layer, and a model as the inference driver holds it; PACKED
   * differs by precision.
   */
  private static final String MODEL =
      "Tuple[Dict[str, Tensor], List[Dict[str, $PACKED]], List[Dict[str, Tensor]], Dict[str,"
          + " $PACKED], Dict[str, Tensor]]";

  private static final String PACKED_F32 = "Tensor";

  private ProgramArchives() {}

  /**
   * The archive of a training engine, f32: {@code forward}, {@code train_forward}, {@code
   * train_backward} and the optimizer.
   */
  public static ScriptArchive training(Program program) {
    return archive(program.text(), "driver-train");
  }

  /**
   * The archive of an inference engine, f32: {@code open_model}, {@code add_layer}, {@code forward}
   * and the steps.
   */
  public static ScriptArchive inference(Program program) {
    return archive(program.text(), "sampling", "driver-infer");
  }

  /**
   * The archive beside a TorchScript file that gives logits: {@code forward} makes outputs of them,
   * {@code greedy_last} and {@code choose_last} tokens.
   */
  public static ScriptArchive logitsOfFile() {
    return archive(ScriptText.common(), "sampling", "driver-file");
  }

  /**
   * The archive of an objective: its own methods, first so that its lines keep their numbers, and
   * {@code loss_and_grad}.
   */
  public static ScriptArchive objective(TextObjective objective) {
    return ScriptArchive.of(objective.text(), resource("objective"));
  }

  private static ScriptArchive archive(String program, String... common) {
    Stream<String> texts = Stream.of(common).map(ProgramArchives::resource);
    return ScriptArchive.of(
        Stream.concat(Stream.of(resource("prelude-f32"), program), texts)
            .map(ProgramArchives::f32)
            .toArray(String[]::new));
  }

  private static String f32(String text) {
    return text.replace("$MODEL", MODEL).replace("$PACKED", PACKED_F32);
  }

  private static String resource(String name) {
    return ScriptText.resource(ProgramArchives.class, name + ".torchscript");
  }
}
