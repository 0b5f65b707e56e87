package dev.tenon.nn.lora;

import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Program;
import dev.tenon.nn.script.ScriptText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A network's program with adapters in front of it: {@code lora.torchscript} beside this class. */
final class LoraProgram {
  /** Methods that the adapters' text stands in front of. */
  private static final List<String> BEHIND =
      List.of("project", "conv1d", "block", "head", "fuse", "fuse_head");

  private LoraProgram() {}

  static Program of(Program program, List<LoraLayer> layers, LoraConfig config) {
    String text = program.text();
    Problems problems = new Problems();
    for (String method : BEHIND) {
      String renamed = text.replace("def " + method + "(", "def plain_" + method + "(");
      problems.check(
          !renamed.equals(text),
          "method of the program",
          method + " is missing",
          "the common text");
      text = renamed;
    }
    problems.throwIfAny(UnsupportedFeatureException::new);
    Map<String, String> literals = new LinkedHashMap<>();
    literals.put("KEYS", keys(layers, x -> true));
    literals.put("TRANSPOSED", keys(layers, LoraLayer::transposed));
    literals.put("SCALE", ScriptText.literal(config.scale()));
    literals.put("DROPOUT", ScriptText.literal(config.dropout()));
    String adapters =
        ScriptText.substitute(ScriptText.resource(LoraProgram.class, "lora.torchscript"), literals);
    return program.withText(ScriptText.join(new ArrayList<>(List.of(text, adapters))));
  }

  private static String keys(List<LoraLayer> layers, Predicate<LoraLayer> which) {
    return layers.stream()
        .filter(which)
        .map(x -> '"' + x.key() + '"')
        .distinct()
        .sorted()
        .collect(Collectors.joining(", ", "annotate(List[str], [", "])"));
  }
}
