package dev.tenon.nn.family;

import dev.tenon.model.Head;
import dev.tenon.nn.config.ConfigReader;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A family of networks: what a config.json of its model type describes. Implementations are
 * immutable.
 */
public interface Family {
  /** The {@code model_type} of config.json that the family reads, for example {@code llama}. */
  String modelType();

  /** The heads it has, with what transformers calls the network that has one. */
  Map<Head, String> architectures();

  /**
   * Reads a configuration.
   *
   * @param config the keys of config.json
   * @throws dev.tenon.error.UnsupportedFeatureException for keys that ask for what the program does
   *     not do
   * @throws dev.tenon.error.CheckpointException for missing or wrong keys, all of them in one
   *     message
   */
  Architecture read(ConfigReader config);

  /** The id of padding where config.json has no {@code pad_token_id}; empty: none. */
  default OptionalInt padTokenId() {
    return OptionalInt.empty();
  }
}
