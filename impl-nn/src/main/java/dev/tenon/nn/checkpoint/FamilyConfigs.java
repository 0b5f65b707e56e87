package dev.tenon.nn.checkpoint;

import dev.tenon.error.UnknownNameException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Json;
import dev.tenon.internal.Problems;
import dev.tenon.model.Head;
import dev.tenon.model.Registry;
import dev.tenon.nn.config.ConfigFile;
import dev.tenon.nn.config.ConfigReader;
import dev.tenon.nn.family.Architecture;
import dev.tenon.nn.family.Family;
import dev.tenon.nn.family.HeadKeys;
import dev.tenon.spec.ClassificationHead;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** What config.json tells of a network, read with the family that its {@code model_type} names. */
record FamilyConfigs(Registry<Family> families) {
  private static final String PAD = "pad_token_id";

  Architecture architecture(ConfigFile config) {
    ConfigReader keys = config.reader();
    Architecture read = family(keys).read(keys);
    if (read.head() != Head.VALUE) {
      return read;
    }
    Optional<ClassificationHead> several = HeadKeys.severalClasses(keys);
    keys.finish();
    return several.map(read::classifying).orElse(read);
  }

  /** Whether a directory with a Pooling is one of an embedding. */
  boolean embeds(ConfigFile config) {
    Map<Head, String> names = family(config.reader()).architectures();
    String classification = names.getOrDefault(Head.SEQUENCE_CLASSIFICATION, "");
    return names.containsKey(Head.POOLED_EMBEDDING)
        && !config.reader().lists("architectures", classification);
  }

  /** The configuration with another head; as it is where it has that head already. */
  ConfigFile withHead(ConfigFile config, NewHead newHead) {
    Map<Head, String> names = HeadKeys.withClasses(family(config.reader()).architectures());
    Head head = newHead.head();
    if (!names.containsKey(head)) {
      throw new UnsupportedFeatureException(
          Problems.problem("head of " + config.file(), head, "one of " + names.keySet()));
    }
    if (config.reader().has("architectures") && HeadKeys.read(config.reader(), names) == head) {
      return config;
    }
    return ConfigFile.of(
        config.file(), Json.pretty(HeadKeys.with(config.values(), names, head, newHead.labels())));
  }

  /** A negative id, which no token has, pads nothing. */
  OptionalInt padTokenId(ConfigFile config) {
    ConfigReader keys = config.reader();
    OptionalInt absent = family(keys).padTokenId();
    if (!keys.has(PAD)) {
      return keys.isNull(PAD) ? OptionalInt.empty() : absent;
    }
    int id = keys.integer(PAD, Integer.MIN_VALUE, Integer.MAX_VALUE);
    keys.finish();
    return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
  }

  private Family family(ConfigReader keys) {
    if (keys.has("auto_map")) {
      keys.unsupported("auto_map", "no code of the model's own, which is never run");
      keys.finish();
    }
    String type = keys.text("model_type", "missing");
    keys.finish();
    if (!families.names().contains(type)) {
      throw new UnknownNameException(
          Problems.problem(keys.file() + ": model_type", type, "one of " + families.names()));
    }
    return families.get(type);
  }
}
