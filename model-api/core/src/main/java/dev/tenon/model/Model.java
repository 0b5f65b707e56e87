package dev.tenon.model;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.tensor.Device;

/**
 * A named model: what algorithms are given. Immutable; as safe for threads as its module.
 *
 * @param name the instance's name, for example {@code actor}
 * @param module a network (what it is) or an engine (it runs)
 * @param tokenizer text to token ids and back
 * @param device where its engine runs or is to run
 */
public record Model(String name, ModelModule module, Tokenizer tokenizer, Device device)
    implements AutoCloseable {
  /** Checks the name. */
  public Model {
    if (name.isBlank()) {
      throw new InvalidInputException(
          Problems.problem("model name", "\"" + name + "\"", "not blank"));
    }
  }

  /** The same model with another module. */
  public Model withModule(ModelModule other) {
    return new Model(name, other, tokenizer, device);
  }

  /** The network: the module itself, or the one that the engine runs. */
  public Network network() {
    return module instanceof Engine engine ? engine.network() : (Network) module;
  }

  /**
   * The network of a model that no backend has initialised: what a backend starts from.
   *
   * @throws InvalidInputException if the module is an engine
   */
  public Network plainNetwork() {
    if (module instanceof Network network) {
      return network;
    }
    throw wrongModule("a Network that no backend has initialised");
  }

  /**
   * The running engine.
   *
   * @throws InvalidInputException if the module is a network
   */
  public Engine engine() {
    if (module instanceof Engine engine) {
      return engine;
    }
    throw wrongModule("a model from ModelBackend.initialize or initializeForInference");
  }

  /**
   * The engine, if it can be trained.
   *
   * @throws InvalidInputException if the module is a network or an engine for inference only
   */
  public TrainEngine trainEngine() {
    if (module instanceof TrainEngine engine) {
      return engine;
    }
    throw wrongModule("a model from ModelBackend.initialize");
  }

  private InvalidInputException wrongModule(String expected) {
    String found = module instanceof Network ? "Network" : "Engine";
    return new InvalidInputException(Problems.problem("module", found, expected));
  }

  /** Closes the engine, if the module is one. Idempotent. */
  @Override
  public void close() {
    if (module instanceof Engine engine) {
      engine.close();
    }
  }

  /** Name, architecture and device. */
  @Override
  public String toString() {
    return "Model(" + name + ", " + module + ", " + device + ")";
  }
}
