package dev.tenon.benchmarks;

import dev.tenon.model.Model;

/** The same with adapters, which alone train. */
public class LoraState extends TrainState {
  @Override
  Model trained(Model network) {
    return TrainRun.adapted(network);
  }
}
