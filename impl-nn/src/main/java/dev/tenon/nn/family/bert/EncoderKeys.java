package dev.tenon.nn.family.bert;

import dev.tenon.internal.Problems;
import dev.tenon.nn.config.ConfigReader;
import dev.tenon.nn.script.Activations;
import java.util.OptionalInt;

/** What the configurations of the encoders read and check alike. */
final class EncoderKeys {
  private static final String PAD = "pad_token_id";

  private EncoderKeys() {}

  /** Keys that change the computation in ways the program does not know. */
  static void refuse(ConfigReader keys) {
    for (String key : new String[] {"is_decoder", "add_cross_attention", "sinusoidal_pos_embds"}) {
      if (keys.flag(key, false)) {
        keys.unsupported(key, "false");
      }
    }
    if (!keys.text("position_embedding_type", "absolute").equals("absolute")) {
      keys.unsupported("position_embedding_type", "absolute");
    }
    if (keys.has("quantization_config")) {
      keys.unsupported("quantization_config", "no quantized weights");
    }
    if (keys.has("pruned_heads")
        && keys.object("pruned_heads").map(ConfigReader::size).orElse(0) > 0) {
      keys.unsupported("pruned_heads", "none");
    }
  }

  static String activation(ConfigReader keys, String key) {
    String name = keys.text(key, "gelu");
    if (!Activations.names().contains(name)) {
      keys.unsupported(key, "one of " + Activations.names());
    }
    return name;
  }

  /** The id of padding; null, which asks for none, differs from a key that is missing. */
  static OptionalInt pad(ConfigReader keys, int absent) {
    if (keys.has(PAD)) {
      return OptionalInt.of(keys.integer(PAD, 0, Integer.MAX_VALUE));
    }
    return keys.shown(PAD).equals("null") ? OptionalInt.empty() : OptionalInt.of(absent);
  }

  static void checkActivation(Problems problems, String key, String name) {
    problems.check(Activations.names().contains(name), key, name, "one of " + Activations.names());
  }

  static void checkPad(Problems problems, OptionalInt pad, int vocabSize) {
    pad.ifPresent(x -> problems.check(x >= 0 && x < vocabSize, PAD, x, "0 to " + (vocabSize - 1)));
  }
}
